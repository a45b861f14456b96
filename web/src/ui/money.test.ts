import { expect, test } from "vitest";
import { moneyText, signedMoney } from "./money";

test("sums have the digits of their currency and a sign where they are a difference", () => {
  expect(moneyText(1420, "EUR")).toBe("€14.20");
  expect(moneyText(1420, "JPY")).toBe("JP¥1,420");
  expect(signedMoney(-300, "EUR")).toBe("−€3.00");
  expect(signedMoney(5, "EUR")).toBe("+€0.05");
  expect(signedMoney(0, "EUR")).toBe("±€0.00");
});
