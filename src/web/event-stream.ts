import type { Response } from 'express'
import { AppError } from '../errors.ts'

/** Shorter than the idle limits of common proxies. */
const heartbeatMs = 15_000
/** Pages that may watch one sign-in at once. */
const maxStreamsPerKey = 4

/** More requests of one kind than one sign-in has use for. */
export class TooManyRequests extends AppError {
  readonly code = 'TOO_MANY_REQUESTS'
}

/** Server-sent events to one page (HTML Living Standard §9.2). */
export interface EventStream {
  /** Begins the answer, once; until then it may still become an error response. */
  open(): void
  /** Sends `event` as JSON, and begins the answer if need be. Nothing happens after the end. */
  send(event: unknown): void
  /** Sends `event` as the last one and ends the answer. */
  end(event: unknown): void
  /** Calls `release` once the answer is over, at once if that is past. */
  whenOver(release: () => void): void
}

/** @param options.lifetimeSeconds - the stream ends after this; pages connect again if they need */
export function createEventStream(
  response: Response,
  { lifetimeSeconds }: { lifetimeSeconds: number },
): EventStream {
  const stream: EventStream = {
    open: () => {
      if (!response.headersSent && !response.destroyed) begin(response, lifetimeSeconds)
    },
    send: (event) => {
      stream.open()
      if (!response.writableEnded) response.write(`data: ${JSON.stringify(event)}\n\n`)
    },
    end: (event) => {
      stream.send(event)
      response.end()
    },
    whenOver: (release) => {
      if (response.closed) release()
      else response.once('close', release)
    },
  }
  return stream
}

function begin(response: Response, lifetimeSeconds: number): void {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    // No proxy may hold events back to compress or to collect them.
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
  })
  response.write('retry: 2000\n\n')
  const heartbeat = setInterval(() => response.write(':\n\n'), heartbeatMs)
  const lifetime = setTimeout(() => response.end(), lifetimeSeconds * 1000)
  response.once('close', () => {
    clearInterval(heartbeat)
    clearTimeout(lifetime)
  })
}

/** Counts what is open by key, so that no page can hold as many streams as it likes. */
export interface StreamLimit {
  /** @returns what gives the place back. @throws TooManyRequests */
  enter(key: string): () => void
}

export function createStreamLimit(): StreamLimit {
  const open = new Map<string, number>()
  return {
    enter: (key) => {
      const count = open.get(key) ?? 0
      if (count >= maxStreamsPerKey) throw new TooManyRequests('too many streams', { count })
      open.set(key, count + 1)
      return () => {
        const rest = (open.get(key) ?? 1) - 1
        if (rest === 0) open.delete(key)
        else open.set(key, rest)
      }
    },
  }
}
