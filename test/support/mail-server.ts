import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

/** A mail as the server got it. */
export interface ReceivedMail {
  readonly from: string
  readonly to: readonly string[]
  /** By lower-case name, unfolded and decoded (RFC 2047). */
  readonly headers: ReadonlyMap<string, string>
  /** Each part of the body, decoded, by its type. */
  readonly parts: ReadonlyMap<string, string>
  readonly raw: string
}

/** What the server answers instead of taking the mail. */
export type Answer = { readonly code: number; readonly text: string } | null

/** A real SMTP server on loopback, which keeps what it gets, can go away and come back. */
export interface MailServer {
  readonly port: number
  readonly received: ReceivedMail[]
  /** How often somebody wanted to hand in a mail to anybody. */
  recipientCount(): number
  /** What it says to a recipient; null takes the mail. */
  answerRecipients(answer: (to: string) => Answer): void
  /** Called with the mail in hand, before it says that it has it. */
  beforeTaking(wait: () => Promise<void>): void
  stop(): Promise<void>
  /** On the same port. */
  start(): Promise<void>
}

export async function startMailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const received: ReceivedMail[] = []
  let recipients = 0
  let answer: (to: string) => Answer = () => null
  let wait = (): Promise<void> => Promise.resolve()
  let port = 0
  let server: SMTPServer | null = null

  async function start(): Promise<void> {
    server = new SMTPServer({
      disabledCommands: ['STARTTLS', 'AUTH'],
      logger: false,
      closeTimeout: 200,
      onRcptTo: ({ address }, _session, callback) => {
        recipients += 1
        callback(errorOf(answer(address)))
      },
      onData: (stream, { envelope }, callback) => {
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('end', () => {
          void wait().then(() => {
            const to = envelope.rcptTo.map(({ address }) => address)
            const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address
            received.push({ from, to, ...parseMail(Buffer.concat(chunks).toString('latin1')) })
            callback()
          })
        })
      },
      ...options,
    })
    // A client that breaks off is no fault of the server's.
    server.on('error', () => undefined)
    const listening = server.listen(port, '127.0.0.1')
    await new Promise((resolve) => listening.once('listening', resolve))
    port = (listening.address() as AddressInfo).port
  }

  await start()
  return {
    port,
    received,
    recipientCount: () => recipients,
    answerRecipients: (given) => {
      answer = given
    },
    beforeTaking: (given) => {
      wait = given
    },
    stop: () =>
      new Promise((resolve) => {
        server?.close(() => {
          resolve()
        })
      }),
    start,
  }
}

function errorOf(answer: Answer): Error | null {
  if (answer === null) return null
  return Object.assign(new Error(answer.text), { responseCode: answer.code })
}

function parseMail(raw: string): Pick<ReceivedMail, 'headers' | 'parts' | 'raw'> {
  const { headers, body } = splitPart(raw)
  const boundary = /boundary="([^"]+)"/.exec(headers.get('content-type') ?? '')?.[1]
  const parts = new Map<string, string>()
  for (const part of boundary === undefined ? [] : body.split(`--${boundary}`).slice(1, -1)) {
    const { headers: own, body: content } = splitPart(part.replace(/^\r\n/, ''))
    const type = (own.get('content-type') ?? '').split(';')[0] ?? ''
    parts.set(type, decodeBody(content, own.get('content-transfer-encoding') ?? ''))
  }
  return { headers, parts, raw }
}

function splitPart(raw: string): { headers: Map<string, string>; body: string } {
  const end = raw.indexOf('\r\n\r\n')
  const lines = raw
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
  const headers = new Map<string, string>()
  for (const line of lines) {
    const name = line.slice(0, line.indexOf(':')).toLowerCase()
    if (headers.has(name)) throw new Error(`two headers ${name}`)
    headers.set(name, decodeWords(line.slice(line.indexOf(':') + 1).trim()))
  }
  return { headers, body: raw.slice(end + 4) }
}

/** RFC 2047 §2; the space between two encoded words is nothing (§6.2). */
function decodeWords(value: string): string {
  const joined = value.replace(/\?=\s+=\?/g, '?==?')
  return joined.replace(/=\?utf-8\?([QB])\?([^?]*)\?=/gi, (_, how: string, word: string) =>
    how.toUpperCase() === 'B'
      ? Buffer.from(word, 'base64').toString('utf8')
      : decodeQuoted(word.replace(/_/g, ' ')),
  )
}

function decodeBody(content: string, encoding: string): string {
  if (encoding === 'base64') return Buffer.from(content, 'base64').toString('utf8')
  if (encoding === 'quoted-printable') return decodeQuoted(content.replace(/=\r\n/g, ''))
  return content
}

function decodeQuoted(text: string): string {
  const bytes = text.replace(/=([0-9A-F]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
