// How long to wait before the next try: doubling with full jitter, so that a thousand screens do not
// come back in the same instant.

export class Backoff {
  private tries = 0;

  constructor(
    private readonly first_ms = 500,
    private readonly most_ms = 15_000,
    private readonly random: () => number = Math.random,
  ) {}

  next_ms(): number {
    const ceiling = Math.min(this.most_ms, this.first_ms * 2 ** this.tries);
    this.tries = Math.min(this.tries + 1, 16);
    return Math.round(ceiling / 2 + (ceiling / 2) * this.random());
  }

  reset(): void {
    this.tries = 0;
  }
}
