// A server of its own for a test: the real program on a free port, with a folder that is removed afterwards.

import { spawn } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** How long a server may take until it answers. */
const START_SECONDS = 30;

export class Server {
  /** Makes the folder, as a copy of another one if that is given; nothing runs yet. */
  static async prepare(options = [], from = null) {
    const server = new Server();
    server.options = options;
    server.data = await mkdtemp(join(tmpdir(), "crystalqore-browser-"));
    if (from) await cp(from, server.data, { recursive: true });
    return server;
  }

  /** Starts the program and waits until it says where it listens. */
  async start(port = 0) {
    this.output = "";
    const program = process.env.CRYSTALQORE_PROGRAM ?? "../../target/debug/crystalqore";
    this.process = spawn(program, ["serve", "--data", this.data, "--listen", `127.0.0.1:${port}`, ...this.options], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, CRYSTALQORE_DATA: this.data, CRYSTALQORE_REGION: "US" },
    });
    this.ended = new Promise((resolve) => this.process.once("close", resolve));
    const heard = (text) => (this.output += text);
    this.process.stdout.on("data", heard);
    this.process.stderr.on("data", heard);
    this.process.once("error", heard);
    this.address = await this.#address();
    this.port = Number(new URL(this.address).port);
    return this;
  }

  async #address() {
    for (let tries = 0; tries < START_SECONDS * 20; tries++) {
      const found = this.output.match(/http:\/\/127\.0\.0\.1:\d+/);
      if (found) return found[0];
      if (this.process.exitCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`the server does not start: ${this.output}`);
  }

  /** Ends it as an operator does. */
  async stop() {
    await this.#end("SIGTERM");
  }

  /** Does something while the server stands still, so that what it is busy with does not come to its end. */
  async paused(work) {
    this.process.kill("SIGSTOP");
    try {
      return await work();
    } finally {
      this.process.kill("SIGCONT");
    }
  }

  /** Ends it as a power cut does. */
  async kill() {
    await this.#end("SIGKILL");
  }

  async #end(signal) {
    if (!this.process || this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill(signal);
    await this.ended;
  }

  /** Ends it and removes its folder. */
  async remove() {
    await this.kill();
    await rm(this.data, { recursive: true, force: true });
  }
}
