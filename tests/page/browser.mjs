// A Chromium for the tests of the page: pages that keep what went wrong in them, screenshots, axe-core.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const pictures = fileURLToPath(new URL('../../.wrangler/page/', import.meta.url));
const own = fileURLToPath(new URL('../../.tools/chromium/chromium', import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** scripts/setup-browser finds or installs one; by hand, the usual places are looked at. */
function executable() {
  const found = [process.env.LIMN_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', own].find((path) => path && existsSync(path));
  assert.ok(found, 'There is no Chromium; run scripts/test, which installs one, or name one in LIMN_CHROMIUM.');
  return found;
}

export const PHONE = { width: 390, height: 844 };
export const DESKTOP = { width: 1360, height: 900 };

/** A browser of its own profile, which Playwright makes and removes. */
export async function browser(base) {
  const it = await chromium.launch({ executablePath: executable(), args: FLAGS, headless: true });
  mkdirSync(pictures, { recursive: true });

  /** A page at `#hash`, in a context of its own; `key` signs in by hand, as a reader does. `refused`: statuses, or
   * words of the browser, that the flow expects. */
  async function open(hash, { key, size = DESKTOP, scheme = 'light', refused = [], context: options = {} } = {}) {
    const context = await it.newContext({ viewport: size, colorScheme: scheme, reducedMotion: 'reduce', permissions: ['clipboard-read', 'clipboard-write'], ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const wrong = [];
    const sent = [];
    page.on('pageerror', (error) => wrong.push(String(error)));
    page.on('console', (message) => {
      const expected = refused.some((what) => message.text().includes(typeof what === 'number' ? `status of ${what}` : what));
      if (['error', 'warning'].includes(message.type()) && !expected) wrong.push(`${message.text()} ${message.location().url}`);
    });
    page.on('request', (request) => sent.push([request.method(), request.url(), request.postData() ?? '', JSON.stringify(request.headers())].join(' ')));
    await page.goto(`${base}/${hash}`);
    if (key) await signIn(page, key);
    return { page, sent, wrong, async close() {
      await context.close();
      assert.deepEqual(wrong, [], 'nothing goes wrong in the console');
    } };
  }

  return { open, close: () => it.close() };
}

export async function signIn(page, { id = 'limn-dev', secret = 'limn-dev-secret', keep = false } = {}) {
  await page.locator('#key').click();
  await page.getByLabel('Access key id').fill(id);
  await page.getByLabel('Secret').fill(secret);
  if (keep) await page.getByLabel('Keep it until').check();
  await page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click();
  await page.locator('#key.known').waitFor();
}

/** What a person looks at after the run: .wrangler/page/NAME.png. */
export const picture = (page, name) => page.screenshot({ path: `${pictures}${name}.png`, fullPage: true });

/** Serious and critical findings of axe-core. */
export async function findings(page) {
  // The page's policy lets no script in but by the debugger.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return violations.filter(({ impact }) => ['serious', 'critical'].includes(impact)).map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 3).map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(' | ')}`);
}
