// A running Sortie for the browser tests: the demo of the binary that SORTIE_BINARY names, on a data folder
// of its own, or the server at SORTIE_URL (then with SORTIE_LOGINS, the `logins` of its ready line).

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export interface Login {
  role: string;
  email: string;
  password: string;
}

interface Ready {
  url: string;
  logins: Login[];
  tracking: string[];
}

export interface Server extends Ready {
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again on the same folder and port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export const login = (server: Ready, role: string): Login => {
  const found = server.logins.find((each) => each.role === role);
  if (found === undefined) throw new Error(`the server has no login for the role ${role}`);
  return found;
};

export async function startServer(options: { speed: number; seed?: number }): Promise<Server> {
  const { SORTIE_URL, SORTIE_LOGINS, SORTIE_TRACKING, SORTIE_BINARY } = process.env;
  if (SORTIE_URL !== undefined) {
    const same = () => Promise.reject(new Error("a server at SORTIE_URL is not ours to stop"));
    return {
      url: SORTIE_URL,
      logins: JSON.parse(SORTIE_LOGINS ?? "[]") as Login[],
      tracking: JSON.parse(SORTIE_TRACKING ?? "[]") as string[],
      kill: same,
      restart: same,
      stop: () => Promise.resolve(),
    };
  }
  if (SORTIE_BINARY === undefined) {
    throw new Error("name the binary to test in SORTIE_BINARY, or a running server in SORTIE_URL");
  }
  const binary = SORTIE_BINARY;
  const data = await mkdtemp(join(tmpdir(), "sortie-browser-"));
  const port = await freePort();
  let child: ChildProcess | null = null;
  const start = async (): Promise<Ready> => {
    const started = spawn(
      binary,
      [
        "demo",
        "--json",
        "--listen",
        `127.0.0.1:${port}`,
        "--data",
        data,
        "--speed",
        String(options.speed),
        "--seed",
        String(options.seed ?? 7),
      ],
      { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, RUST_LOG: "warn" } },
    );
    child = started;
    return readyLine(started);
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const running = child;
    child = null;
    if (running === null || running.exitCode !== null) return;
    const gone = new Promise((resolve) => running.once("exit", resolve));
    running.kill(signal);
    await gone;
  };
  const ready = await start();
  return {
    ...ready,
    kill: () => end("SIGKILL"),
    restart: async () => {
      await start();
    },
    stop: async () => {
      await end("SIGTERM");
      await rm(data, { recursive: true, force: true });
    },
  };
}

function readyLine(child: ChildProcess): Promise<Ready> {
  return new Promise((resolve, reject) => {
    const errors: string[] = [];
    const { stdout, stderr } = child;
    if (stdout === null || stderr === null) {
      reject(new Error("the server has no output"));
      return;
    }
    createInterface({ input: stderr }).on("line", (line) => errors.push(line));
    createInterface({ input: stdout }).on("line", (line) => {
      try {
        const ready = JSON.parse(line) as Ready;
        if (typeof ready.url === "string") resolve(ready);
      } catch {
        errors.push(line);
      }
    });
    child.once("exit", (code) =>
      reject(new Error(`the server ended with ${code}: ${errors.slice(-20).join("\n")}`)),
    );
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => {
        if (address !== null && typeof address === "object") resolve(address.port);
        else reject(new Error("no free port"));
      });
    });
  });
}

/** A program's login, for what a test prepares behind the screens. */
export class Program {
  private constructor(
    private readonly server: Ready,
    private readonly token: string,
  ) {}

  static async login(server: Ready, role: string): Promise<Program> {
    const { email, password } = login(server, role);
    const response = await fetch(`${server.url}/api/v1/auth/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email, password }),
    });
    const answer = (await response.json()) as { access_token?: string };
    if (answer.access_token === undefined) throw new Error(`login failed: ${JSON.stringify(answer)}`);
    return new Program(server, answer.access_token);
  }

  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.server.url}/api/v1${path}`, {
      method,
      headers: { "content-type": "application/json", authorization: `Bearer ${this.token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }
}
