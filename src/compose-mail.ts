import { readFile } from 'node:fs/promises'
import type { Clock } from './clock.ts'
import { ConfigInvalid, type Config } from './config.ts'
import type { Database } from './db/pool.ts'
import type { Log } from './log.ts'
import { createMailDelivery } from './mail/deliver-mails.ts'
import { createMailStore } from './mail/mail-store.ts'
import { createSmtpTransport } from './mail/smtp-transport.ts'
import { watchMails } from './mail/watch-mails.ts'

/**
 * The mails' part of the composition: brings out what is ordered for as long as the service runs.
 *
 * Without a mail server nothing is, and nothing is ordered either.
 *
 * @returns what stops it
 * @throws ConfigInvalid: the password cannot be read
 */
export async function openMailDelivery(
  { mail, operator }: Pick<Config, 'mail' | 'operator'>,
  { db, clock, log }: { readonly db: Database; readonly clock: Clock; readonly log: Log },
): Promise<() => Promise<void>> {
  if (mail === null) return () => Promise.resolve()
  const { login, ...server } = mail
  const transport = createSmtpTransport({
    ...server,
    login: login && { user: login.user, password: await readPassword(login.passwordFile) },
    fromName: operator.vi,
  })
  const deps = { mails: createMailStore(db), transport, operator, clock, log }
  return watchMails({ ...deps, delivery: createMailDelivery(deps) })
}

async function readPassword(path: string): Promise<string> {
  const content = await readFile(path, 'utf8').catch(() => '')
  const password = content.replace(/\r?\n$/, '')
  if (password !== '') return password
  throw new ConfigInvalid(['ECARD_SMTP_PASSWORD_FILE: must name a file that holds a password'])
}
