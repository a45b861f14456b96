// Domain time on a screen: what the server said last, run on at its speed.

import type { Ms } from "../api/types";

export class DomainClock {
  private anchor: Ms;
  private anchoredAt: number;
  private rate = 1;

  /** `monotonic` counts real milliseconds; it need not know the date. */
  constructor(
    private readonly monotonic: () => number = () => performance.now(),
    start: Ms = Date.now(),
  ) {
    this.anchor = start;
    this.anchoredAt = monotonic();
  }

  get speed(): number {
    return this.rate;
  }

  now(): Ms {
    return this.anchor + (this.monotonic() - this.anchoredAt) * this.rate;
  }

  /** The server's word. Messages arrive late, never early: a small step back is delay, not news. */
  sync(now: Ms, speed?: number): void {
    const rate = speed !== undefined && speed > 0 ? speed : this.rate;
    const present = this.now();
    const late = present - now;
    const isDelay = rate === this.rate && late >= 0 && late < 2_000 * rate;
    this.anchor = isDelay ? present : now;
    this.anchoredAt = this.monotonic();
    this.rate = rate;
  }
}
