import { createServer, type RequestListener, type Server } from 'node:http'
import type { Closers } from './closers.ts'

/** What certificates point to, over plain HTTP, where a port was named for it. */
export async function listenForPki(
  { host, pkiPort }: { readonly host: string; readonly pkiPort: number | null },
  listener: RequestListener,
  closers: Closers,
): Promise<void> {
  if (pkiPort === null) return
  const server = createServer(listener)
  await listenOn(server, pkiPort, host)
  closers.push(() => closeServer(server))
}

export function listenOn(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
}

/** Nothing it serves takes long. */
function closeServer(server: Server): Promise<unknown> {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeAllConnections()
  return closed
}

/**
 * Open requests get a moment. Event streams never end by themselves, so they are cut; agents'
 * connections are no longer HTTP's to count, so they are ended before the server is waited for.
 */
export async function stopServer(
  server: Server,
  { detach, channel }: { detach: () => void; channel: { close(): Promise<void> } },
): Promise<void> {
  detach()
  const closed = new Promise((resolve) => server.close(resolve))
  await channel.close()
  server.closeIdleConnections()
  const patience = setTimeout(() => {
    server.closeAllConnections()
  }, 2_000)
  await closed
  clearTimeout(patience)
}
