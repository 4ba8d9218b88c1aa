import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const programs = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** The installed Chromium, without a screen and without calling home. */
export function launchChromium(): Promise<Browser> {
  const executablePath = programs.find((path) => existsSync(path))
  if (executablePath === undefined) throw new Error('install Chromium: apt-get install chromium')
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
