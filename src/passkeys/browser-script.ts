import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

/**
 * The browser's part of the library, as one script that a page loads beside its own: a module or a
 * plain script that puts `SimpleWebAuthnBrowser` on the global object, and evaluates nothing.
 */
export function readBrowserScript(): Buffer {
  const entry = createRequire(import.meta.url).resolve('@simplewebauthn/browser')
  return readFileSync(join(entry, '../../dist/bundle/index.umd.min.js'))
}
