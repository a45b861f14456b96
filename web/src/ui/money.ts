// Sums of money: whole numbers of a currency's smallest unit.

const formats = new Map<string, Intl.NumberFormat>();

function format(currency: string): Intl.NumberFormat {
  let found = formats.get(currency);
  if (found === undefined) {
    found = new Intl.NumberFormat("en-GB", { style: "currency", currency });
    formats.set(currency, found);
  }
  return found;
}

/** `€14.20`; the currency says how many digits follow the point. */
export function moneyText(amount: number, currency: string): string {
  const told = format(currency);
  const digits = told.resolvedOptions().maximumFractionDigits ?? 2;
  return told.format(Math.abs(amount) / 10 ** digits);
}

/** `+€14.20`, `−€3.00`, `±€0.00` */
export function signedMoney(amount: number, currency: string): string {
  const sign = amount === 0 ? "±" : amount > 0 ? "+" : "−";
  return sign + moneyText(amount, currency);
}
