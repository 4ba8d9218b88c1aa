import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { RequestHandler } from 'express'

/** The files of `public/`, few and small, kept in memory: nothing else can be asked for by path. */
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
  const assets = new Map(readdirSync(directory).map((name) => [name, load(directory, name)]))
  return {
    url: (name) => {
      const asset = assets.get(name)
      if (asset === undefined) throw new Error(`no asset ${name}`)
      return `/assets/${name}?v=${asset.version}`
    },
    handler: (request, response, next) => {
      const asset = assets.get(request.path.slice(1))
      if (asset === undefined) {
        next()
        return
      }
      // Another version may ask during a rolling update: it gets our file, but must not keep it.
      const isOurs = request.query['v'] === asset.version
      response.set('Cache-Control', isOurs ? 'public, max-age=31536000, immutable' : 'no-cache')
      response.type(asset.type).send(asset.content)
    },
  }
}

function load(directory: string, name: string): Asset {
  const type = types[extname(name)]
  if (type === undefined) throw new Error(`no media type for ${name}`)
  const content = readFileSync(join(directory, name))
  const version = createHash('sha256').update(content).digest('hex').slice(0, 12)
  return { content, type, version }
}
