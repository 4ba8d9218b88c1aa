import { z } from 'zod'
import { loopbackHosts, oneOf, wholeNumber } from './setting.ts'

export interface MailConfig {
  readonly host: string
  readonly port: number
  /** `none` for a server on this very machine alone. */
  readonly security: 'starttls' | 'tls' | 'none'
  /** A file whose content (less one line end) is the password; null where it asks for none. */
  readonly login: { readonly user: string; readonly passwordFile: string } | null
  /** The address that mails come from. */
  readonly from: string
}

export const mailSettings = {
  ECARD_SMTP_HOST: z.string().min(1).optional(),
  ECARD_SMTP_PORT: wholeNumber(1, 65_535).optional(),
  ECARD_SMTP_SECURITY: oneOf('starttls', 'tls', 'none').default('starttls'),
  ECARD_SMTP_USER: z.string().min(1).optional(),
  ECARD_SMTP_PASSWORD_FILE: z.string().min(1).optional(),
  ECARD_MAIL_FROM: z.email('must be an address such as the-dien-tu@minhhoa.example').optional(),
}

type MailSettings = z.infer<z.ZodObject<typeof mailSettings>>

const smtpPorts = { starttls: 587, tls: 465, none: 25 } as const

export function mailOf(read: MailSettings): MailConfig | null {
  const { ECARD_SMTP_HOST: host, ECARD_MAIL_FROM: from, ECARD_SMTP_SECURITY: security } = read
  const { ECARD_SMTP_USER: user, ECARD_SMTP_PASSWORD_FILE: passwordFile } = read
  if (host === undefined || from === undefined) return null
  const login = user === undefined || passwordFile === undefined ? null : { user, passwordFile }
  return Object.freeze({
    host,
    port: read.ECARD_SMTP_PORT ?? smtpPorts[security],
    security,
    login,
    from,
  })
}

/** Both of two, or neither of them. */
const mailPairs = [
  ['ECARD_SMTP_HOST', 'ECARD_MAIL_FROM'],
  ['ECARD_SMTP_USER', 'ECARD_SMTP_PASSWORD_FILE'],
] as const

/** Half a description of the mail server, or mails in the clear across a network. */
export function wrongMail(env: NodeJS.ProcessEnv): string[] {
  const missing = mailPairs.flatMap((pair) => {
    const absent = pair.filter((name) => env[name] === undefined)
    return absent.length === 1 ? absent : []
  })
  const { ECARD_SMTP_HOST: host, ECARD_SMTP_SECURITY: security } = env
  const isBare = security === 'none' && host !== undefined && !loopbackHosts.includes(host)
  return [
    ...missing.map((name) => `${name}: must be set too, for mails to be sent`),
    ...(isBare ? ['ECARD_SMTP_SECURITY: must not be none for a server on another machine'] : []),
  ]
}
