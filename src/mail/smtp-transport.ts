import nodemailer, { type NodemailerError, type SMTPPoolOptions } from 'nodemailer'
import { isMailAddress } from './mail.ts'
import type { RenderedMail } from './render-mail.ts'

/** The mail server that takes our mails, and what we are to it. */
export interface SmtpServer {
  readonly host: string
  readonly port: number
  /** `starttls` insists on it; `none` is for a server on this machine alone. */
  readonly security: 'starttls' | 'tls' | 'none'
  readonly login: { readonly user: string; readonly password: string } | null
  /** The address that mails come from. */
  readonly from: string
  /** The name beside it. */
  readonly fromName: string
}

export interface OutgoingMail extends RenderedMail {
  readonly id: string
  readonly to: string
  readonly createdAt: Date
}

/** What became of an attempt; `error` is a word for the queue, never what the server said. */
export type Delivery =
  | { readonly outcome: 'accepted' }
  /** The server does not take this one, now or ever. */
  | { readonly outcome: 'rejected'; readonly error: string }
  /** The server does not take this one now. */
  | { readonly outcome: 'deferred'; readonly error: string }
  /** The server takes none now, or could not tell. */
  | { readonly outcome: 'unreachable'; readonly error: string }

export interface MailTransport {
  /** One attempt, of at most `sendTimeoutMs`. Never throws. */
  send(mail: OutgoingMail): Promise<Delivery>
  /** Lets go of the connection; an attempt that is being made fails. */
  close(): void
}

export const sendTimeoutMs = 60_000

/** One connection, kept open between mails. Nothing is sent a second time by the library itself. */
export function createSmtpTransport(server: SmtpServer): MailTransport {
  const pool = nodemailer.createTransport(poolOptions(server))
  const closing = new AbortController()
  const { from: address, fromName: name } = server
  const domain = address.slice(address.lastIndexOf('@') + 1)
  return {
    send: async ({ id, to, createdAt, subject, text, html }) => {
      // The queue holds no other; of anything else the library would make addresses of its own.
      if (!isMailAddress(to)) return { outcome: 'rejected', error: 'no-address' }
      try {
        await pool.sendMail({
          from: { name, address },
          to: { name: '', address: to },
          envelope: { from: address, to: [to] },
          ...{ subject, text, html },
          // The same at each attempt, so that who gets it twice can tell.
          messageId: `<${id}@${domain}>`,
          date: createdAt,
          // Nobody's holiday reply (RFC 3834 §5).
          headers: { 'Auto-Submitted': 'auto-generated' },
          signal: AbortSignal.any([closing.signal, AbortSignal.timeout(sendTimeoutMs)]),
        })
        return { outcome: 'accepted' }
      } catch (error) {
        return deliveryOf(error as NodemailerError)
      }
    },
    close: () => {
      closing.abort()
      pool.close()
    },
  }
}

function poolOptions({
  host,
  port,
  security,
  login,
}: SmtpServer): SMTPPoolOptions & { pool: true } {
  return {
    ...{ pool: true, maxConnections: 1, maxRequeues: 0, host, port },
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(login !== null && { auth: { user: login.user, pass: login.password } }),
    ...{ connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 },
    ...{ dnsTimeout: 10_000, idleTimeout: 30_000 },
    ...{ disableFileAccess: true, disableUrlAccess: true },
  }
}

/** Whom it is for and what it says are this mail's own; all else would meet every other one too. */
const commandsAboutThisMail: readonly unknown[] = ['RCPT TO', 'DATA']

function deliveryOf(fault: NodemailerError): Delivery {
  const { command, responseCode, permanent, code, originalCode = code } = fault
  const error = responseCode === undefined ? wordFor(originalCode) : `smtp-${responseCode}`
  if (responseCode === undefined || !commandsAboutThisMail.includes(command))
    return { outcome: 'unreachable', error }
  return { outcome: permanent === true ? 'rejected' : 'deferred', error }
}

/** The codes of Node and of the library are words already: `ECONNREFUSED`, `EAUTH`, `EABORT`. */
function wordFor(code: string | undefined): string {
  const word = (code ?? '').toLowerCase().replace(/[^a-z0-9]+/g, '-')
  return /^[a-z0-9-]{1,40}$/.test(word) ? word : 'unexpected'
}
