// @ts-check
/** Chromium, and pages that fail a test when they complain. */
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

/** @typedef {import("playwright-core").Page} Page */

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const launch = (args = /** @type {string[]} */ ([])) =>
  chromium.launch({ executablePath: CHROMIUM, headless: true, args: [...FLAGS, ...args] });

/**
 * A page of its own, with what it complained of: errors of scripts and of the console, violations of the policy.
 * @param {import("playwright-core").Browser} browser
 * @param {import("playwright-core").BrowserContextOptions & { allow?: RegExp[] }} [options] `allow`: complaints that the test means
 */
export async function newPage(browser, { allow = [], ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15000);
  /** @type {string[]} */
  const complaints = [];
  /** Hosts that were asked. @type {Set<string>} */
  const hosts = new Set();
  page.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return;
    complaints.push(`${message.text()} ${message.location().url}`);
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    if (/^https?:/.test(request.url())) hosts.add(new URL(request.url()).host);
  });
  const finish = async () => {
    await context.close();
    const unexpected = complaints.filter((each) => !allow.some((pattern) => pattern.test(each)));
    assert.deepEqual(unexpected, [], "complaints of the page");
  };
  return { page, hosts, complaints, finish };
}

/** Waits until the map shows its first view. @param {Page} page */
export const ready = (page) => page.waitForSelector('html[data-ready="true"]', { state: "attached" });

/** Waits until it does all that it can. @param {Page} page */
export const live = (page) => page.waitForSelector('html[data-live="true"]', { state: "attached" });
