// Opens /docs of a running server in Chromium, authorises and executes getMe, and fails on anything that a person would
// find in the console: errors, violations of the content security policy, requests to other hosts.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const { BASE, TOKEN, EMAIL, OPERATIONS, CHROMIUM = "/usr/bin/chromium" } = process.env;
assert(existsSync(CHROMIUM), `there is no Chromium at ${CHROMIUM}; run: make deps, or set CHROMIUM`);

const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
try {
  const page = await browser.newPage();
  const faults = [];
  page.on("pageerror", (error) => faults.push(`page error: ${error}`));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(`console: ${message.text()} ${message.location().url}`);
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol !== "data:" && url.origin !== BASE) faults.push(`request to ${url}`);
  });
  await page.exposeFunction("violated", (violation) => faults.push(`content security policy: ${violation}`));
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => violated(`${event.violatedDirective} ${event.blockedURI}`));
  });

  await page.goto(`${BASE}/docs`);
  await page.locator(".opblock").first().waitFor();
  const operations = OPERATIONS.split(",");
  const shown = await page.locator(".opblock").evaluateAll((blocks) => blocks.map((block) => block.id.split("-").pop()));
  assert.deepEqual(shown.sort(), operations.sort());

  await page.locator(".auth-wrapper > .authorize").click();
  const bearer = page.locator(".modal-ux form").filter({ hasText: "bearerAuth" });
  await bearer.locator("input").fill(TOKEN);
  await bearer.locator("button.authorize").click();
  await page.locator(".modal-ux button.btn-done").first().click();

  const getMe = page.locator("#operations-Auth-getMe");
  await getMe.locator(".opblock-summary-control").click();
  // An operation is resolved when it is opened; a click before that executes nothing. Its answers show that it is done.
  await getMe.locator(".responses-table:not(.live-responses-table) .response").first().waitFor();
  const answered = page.waitForResponse(`${BASE}/api/auth/me`);
  await getMe.getByRole("button", { name: "Execute" }).click();
  const answer = await answered;
  assert.equal(answer.status(), 200);
  assert.equal((await answer.json()).email, EMAIL);
  const live = getMe.locator(".live-responses-table .response");
  await live.getByText(EMAIL).first().waitFor();
  assert.equal((await live.locator(".response-col_status").first().innerText()).trim().slice(0, 3), "200");

  assert.deepEqual(faults, []);
  console.log(`${operations.length} operations, getMe answers 200`);
} finally {
  await browser.close();
}
