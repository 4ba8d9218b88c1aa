import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { RequestHandler } from 'express'
import { readBrowserScript } from '../passkeys/browser-script.ts'

/**
 * The files of `public/` and the script that asks devices for passkeys, few and small, kept in
 * memory: nothing else can be asked for by path.
 */
export interface Assets {
  /** The address of a file, with its content's hash, so that it may be cached for good. */
  url(name: string): string
  readonly handler: RequestHandler
}

interface Asset {
  readonly content: Buffer
  readonly type: string
  readonly version: string
}

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

export function loadAssets(directory = join(import.meta.dirname, 'public')): Assets {
  const assets = new Map(
    readdirSync(directory).map((name) => [name, asset(name, readFileSync(join(directory, name)))]),
  )
  assets.set('passkey-library.js', asset('passkey-library.js', readBrowserScript()))
  return {
    url: (name) => {
      const found = assets.get(name)
      if (found === undefined) throw new Error(`no asset ${name}`)
      return `/assets/${name}?v=${found.version}`
    },
    handler: (request, response, next) => {
      const found = assets.get(request.path.slice(1))
      if (found === undefined) {
        next()
        return
      }
      // Another version may ask during a rolling update: it gets our file, but must not keep it.
      const isOurs = request.query['v'] === found.version
      response.set('Cache-Control', isOurs ? 'public, max-age=31536000, immutable' : 'no-cache')
      response.type(found.type).send(found.content)
    },
  }
}

function asset(name: string, content: Buffer): Asset {
  const type = types[extname(name)]
  if (type === undefined) throw new Error(`no media type for ${name}`)
  const version = createHash('sha256').update(content).digest('hex').slice(0, 12)
  return { content, type, version }
}
