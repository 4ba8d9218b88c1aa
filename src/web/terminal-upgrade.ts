import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { channelSubprotocol, maxFrameBytes } from '../terminals/protocol.ts'
import type { TerminalChannel } from '../terminals/channel.ts'

export const channelPath = '/terminal/channel'

/**
 * Hands WebSockets at `/terminal/channel` to the channel (RFC 6455). Agents alone connect here:
 * a request with an `Origin` comes from a web page and is refused, and no cookie is looked at.
 *
 * @param mayOpen - whether one more may be opened from where the request comes
 * @returns what stops taking connections; the open ones belong to the channel
 */
export function attachTerminalChannel(
  server: Server,
  channel: Pick<TerminalChannel, 'accept'>,
  mayOpen: (request: IncomingMessage) => Promise<boolean>,
): () => void {
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: maxFrameBytes,
    perMessageDeflate: false,
    handleProtocols: () => channelSubprotocol,
  })
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const refusal = refusalOf(request)
    if (refusal !== null) {
      refuse(socket, refusal)
      return
    }
    const open = (): void => {
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        channel.accept(webSocket)
      })
    }
    whetherToOpen(request, socket, mayOpen).then(
      (may) => {
        if (may) open()
        else refuse(socket, '429 Too Many Requests')
      },
      // Agents come again by themselves.
      () => {
        refuse(socket, '503 Service Unavailable')
      },
    )
  }
  server.on('upgrade', upgrade)
  return () => {
    server.off('upgrade', upgrade)
    sockets.close()
  }
}

/** Until somebody owns the socket, nobody else hears that it breaks. */
async function whetherToOpen(
  request: IncomingMessage,
  socket: Duplex,
  mayOpen: (request: IncomingMessage) => Promise<boolean>,
): Promise<boolean> {
  const drop = (): unknown => socket.destroy()
  socket.on('error', drop)
  try {
    return await mayOpen(request)
  } finally {
    socket.off('error', drop)
  }
}

/** The status line that turns `request` down, or null. */
function refusalOf(request: IncomingMessage): string | null {
  const path = request.url?.split('?')[0]
  if (path !== channelPath) return '404 Not Found'
  if (request.headers.origin !== undefined) return '403 Forbidden'
  return offeredProtocols(request).includes(channelSubprotocol) ? null : '400 Bad Request'
}

function offeredProtocols(request: IncomingMessage): string[] {
  const offered = request.headers['sec-websocket-protocol'] ?? ''
  return offered.split(',').map((name) => name.trim())
}

function refuse(socket: Duplex, status: string): void {
  socket.on('error', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
