// How the pages are tested: in the system's Chromium, each test with a server and a folder of its own.

import { defineConfig } from "@playwright/test";
import { tmpdir } from "node:os";
import { join } from "node:path";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export default defineConfig({
  testDir: ".",
  projects: [
    { name: "pages", testMatch: "*.spec.js", testIgnore: "speed.spec.js" },
    // What measures time has the machine for itself: it begins when every other test has ended.
    { name: "speed", testMatch: "speed.spec.js", dependencies: ["pages"], fullyParallel: false },
  ],
  outputDir: join(tmpdir(), "crystalqore-browser-results"),
  // Two tests at once use both cores of a small machine; on a busy one they only become slower.
  workers: 2,
  fullyParallel: true,
  // A machine that has much else to do is slow, not wrong.
  timeout: 180_000,
  expect: { timeout: 15_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: [["list"]],
  use: {
    browserName: "chromium",
    headless: true,
    locale: "en-GB",
    timezoneId: "UTC",
    // Without motion nothing is on its way when a test looks at it, and no page waits for the one before to fade.
    contextOptions: { reducedMotion: "reduce" },
    viewport: { width: 1280, height: 900 },
    trace: "off",
    actionTimeout: 20_000,
    launchOptions: {
      executablePath: process.env.CRYSTALQORE_BROWSER ?? "/usr/bin/chromium",
      args: FLAGS,
    },
  },
});
