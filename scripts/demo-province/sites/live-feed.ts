import type { Request, Response } from 'express'

/** What a page shows that may change while it is open: texts, and what is shown or done. */
export type LiveValues = Readonly<Record<string, string | boolean>>

/** Keeps open pages up to date through server-sent events. */
export interface LiveFeed {
  /** Holds the connection open and sends what `values` gives, now and after every `changed()`. */
  serve(req: Request, res: Response, values: () => LiveValues | Promise<LiveValues>): void
  readonly changed: () => void
}

const heartbeatSeconds = 20

export function createLiveFeed(): LiveFeed {
  const listeners = new Set<() => void>()
  return {
    serve: (req, res, values) => {
      res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
      const send = sender(res, values)
      const heartbeat = setInterval(() => res.write(':\n\n'), heartbeatSeconds * 1000)
      listeners.add(send)
      req.on('close', () => {
        clearInterval(heartbeat)
        listeners.delete(send)
      })
      send()
    },
    changed: () => {
      for (const send of listeners) send()
    },
  }
}

/** Sends one picture after the other, never two at once, and always the latest last. */
function sender(res: Response, values: () => LiveValues | Promise<LiveValues>): () => void {
  let last = Promise.resolve()
  return () => {
    last = last.then(async () => {
      try {
        res.write(`data: ${JSON.stringify(await values())}\n\n`)
      } catch {
        // What could not be told now is told by the page's own reconnection.
        res.end()
      }
    })
  }
}
