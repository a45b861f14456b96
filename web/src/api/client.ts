// Talks HTTP: JSON in, JSON out, problem details as errors with a sentence, one silent renewal of the
// session. Knows no endpoint; those are in endpoints.ts.

import type { Problem } from "./types";

const BASE = "/api/v1";
const TIMEOUT_MS = 30_000;

/** A refusal or a failure, with a sentence that can be shown as it is. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly field: string | null;
  readonly facts: unknown;
  readonly requestId: string | null;

  constructor(status: number, problem: Problem) {
    super(problem.detail ?? problem.title ?? `The server answered with status ${status}.`);
    this.name = "ApiError";
    this.status = status;
    this.code = problem.code ?? (status === 0 ? "unreachable" : `http_${status}`);
    this.field = problem.field ?? null;
    this.facts = problem.facts ?? null;
    this.requestId = problem.request_id ?? null;
  }

  /** The server was not reached, or could not serve; the same request may succeed later. */
  get isTransient(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }

  /** Something moved since we looked. */
  get isStale(): boolean {
    return this.status === 409 && this.code.includes("stale");
  }

  /** A rule is in the way that people may decide to break. */
  get helpsAnyway(): boolean {
    return (this.facts as { anyway?: boolean } | null)?.anyway === true;
  }
}

export interface RequestOptions {
  body?: unknown;
  /** A file instead of a JSON body, sent as this media type. */
  file?: { content: Blob; type: string };
  /** Longer than usual for what takes its time. */
  timeout_ms?: number;
  /** The same key is carried out at most once. */
  idempotencyKey?: string;
  signal?: AbortSignal;
  /** No renewal of the session on 401: for the session's own endpoints. */
  raw?: boolean;
}

let renewal: Promise<boolean> | null = null;
let whenSignedOut: () => void = () => {};

/** Called when the session has ended and cannot be renewed. */
export function onSignedOut(handler: () => void): void {
  whenSignedOut = handler;
}

export async function request<T>(
  method: string,
  path: string,
  options: RequestOptions = {},
): Promise<T> {
  let response = await send(method, path, options);
  if (response.status === 401 && options.raw !== true) {
    if (await renewSession()) response = await send(method, path, options);
    if (response.status === 401) whenSignedOut();
  }
  if (!response.ok) throw await problemOf(response);
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

/** A query string, without what is absent. */
export function query(
  parameters: Record<string, string | number | null | undefined>,
): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null && value !== undefined && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}

/** A sentence for any failure. */
export function sentenceOf(error: unknown): string {
  if (error instanceof Error && error.message !== "") return capitalised(error.message);
  return "Something went wrong; nothing was changed. Try again.";
}

function capitalised(text: string): string {
  const sentence = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

async function send(method: string, path: string, options: RequestOptions): Promise<Response> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (method !== "GET") headers["content-type"] = options.file?.type ?? "application/json";
  if (options.idempotencyKey !== undefined) headers["idempotency-key"] = options.idempotencyKey;
  const timeout = AbortSignal.timeout(options.timeout_ms ?? TIMEOUT_MS);
  const init: RequestInit = {
    method,
    headers,
    credentials: "same-origin",
    signal: options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]),
  };
  if (method !== "GET") init.body = options.file?.content ?? JSON.stringify(options.body ?? {});
  try {
    return await fetch(BASE + path, init);
  } catch (error) {
    if (options.signal?.aborted === true) throw error;
    throw new ApiError(0, {
      detail: "The server cannot be reached. Nothing was lost; try again when the connection is back.",
    });
  }
}

async function problemOf(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => "");
  try {
    return new ApiError(response.status, JSON.parse(text) as Problem);
  } catch {
    return new ApiError(response.status, {});
  }
}

/** Several requests that find the session ended renew it once, together. */
function renewSession(): Promise<boolean> {
  renewal ??= send("POST", "/auth/refresh", { raw: true })
    .then((response) => response.ok)
    .catch(() => false)
    .finally(() => {
      renewal = null;
    });
  return renewal;
}
