// Short messages: shown for some seconds, spoken politely. Own actions and their outcomes only.

export interface Toast {
  id: number;
  text: string;
  bad: boolean;
  action: { label: string; run: () => void } | null;
}

class Toasts {
  items = $state<Toast[]>([]);
  private nextId = 1;

  say(text: string, action: Toast["action"] = null): void {
    this.add({ id: 0, text, bad: false, action });
  }

  warn(text: string, action: Toast["action"] = null): void {
    this.add({ id: 0, text, bad: true, action });
  }

  dismiss(id: number): void {
    this.items = this.items.filter((toast) => toast.id !== id);
  }

  private add(toast: Toast): void {
    const id = this.nextId++;
    this.items = [...this.items.slice(-3), { ...toast, id }];
    // Who must read or decide gets more time.
    setTimeout(() => this.dismiss(id), toast.action !== null ? 20_000 : toast.bad ? 12_000 : 6_000);
  }
}

export const toasts = new Toasts();
