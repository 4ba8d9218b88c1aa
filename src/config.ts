import { resolve } from 'node:path'
import { z } from 'zod'
import { halfAnHsm, hsmSettings, pkcs11Of, type Pkcs11Config } from './config/hsm-settings.ts'
import { mailOf, mailSettings, wrongMail, type MailConfig } from './config/mail-settings.ts'
import {
  passkeysOf,
  passkeySettings,
  wrongPasskeys,
  type PasskeyConfig,
} from './config/passkey-settings.ts'
import { isIssuer, isOrigin, urlOf, wholeNumber } from './config/setting.ts'
import { AppError } from './errors.ts'
import { logLevels, type LogLevel } from './log.ts'

/** What the service is told from outside, frozen; secrets are kept apart in `Secrets`. */
export interface Config {
  /** The origin that browsers, applications and terminals know; part of what cards sign. */
  readonly issuer: string
  readonly host: string
  readonly port: number
  /** Where the embedded database and the keystore live. */
  readonly dataDir: string
  /** A file whose content (less one line end) opens the keystore; made at the first start if null. */
  readonly keystorePassphraseFile: string | null
  /** The HSM that holds some or all private keys; null keeps them in encrypted files. */
  readonly pkcs11: Pkcs11Config | null
  /** Where certificates say that their issuer, revocation list and OCSP are found. */
  readonly pkiUrl: string
  /** A port that serves `/pki` over plain HTTP and nothing else; null for none. */
  readonly pkiPort: number | null
  readonly logLevel: LogLevel
  /** A session ends this long after its last use. */
  readonly sessionIdleSeconds: number
  /** A session ends this long after its sign-in, however busy. */
  readonly sessionMaxSeconds: number
  /** The OID arc below which certificate policies are named. */
  readonly policyOidArc: string
  /** The house that runs the service, as the head of every page names it. */
  readonly operator: { readonly vi: string; readonly en: string }
  readonly passkeys: PasskeyConfig
  /** The mail server for notices to holders; null: none are sent. */
  readonly mail: MailConfig | null
  /** A batch of more requests than this needs the signature of a second person. */
  readonly batchFourEyesAbove: number
  /** How many proxies in front of the service are believed about the client's address. */
  readonly trustedProxies: number
}

/** Addresses that carry passwords. They print as `[secret]`. */
export class Secrets {
  readonly #databaseUrl: string | null
  readonly #redisUrl: string | null

  constructor(urls: { databaseUrl: string | null; redisUrl: string | null }) {
    this.#databaseUrl = urls.databaseUrl
    this.#redisUrl = urls.redisUrl
  }

  /** null: the service runs a PostgreSQL of its own. */
  get databaseUrl(): string | null {
    return this.#databaseUrl
  }

  /** null: what expires lives in this process and ends with it. */
  get redisUrl(): string | null {
    return this.#redisUrl
  }

  toJSON(): string {
    return '[secret]'
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]'
  }
}

/** The environment does not describe a service that could run; the message lists every problem. */
export class ConfigInvalid extends AppError {
  readonly code = 'CONFIG_INVALID'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`The configuration has problems:\n${problems.map((p) => `  - ${p}`).join('\n')}`)
    this.problems = problems
  }
}

const environment = z.object({
  ECARD_ISSUER: z.string().default('http://localhost:8400').refine(isIssuer, {
    error:
      'must be an https origin without a path, such as https://id.example (http on loopback only)',
  }),
  ECARD_HOST: z.string().min(1).default('127.0.0.1'),
  ECARD_PORT: wholeNumber(1, 65_535).default(8400),
  ECARD_DATA_DIR: z.string().min(1).default('data'),
  ECARD_KEYSTORE_PASSPHRASE_FILE: z.string().min(1).optional(),
  ...hsmSettings,
  ECARD_PKI_URL: z
    .string()
    .refine(isOrigin, { error: 'must be an origin such as http://pki.example, without a path' })
    .optional(),
  ECARD_PKI_PORT: wholeNumber(1, 65_535).optional(),
  ECARD_LOG_LEVEL: z
    .enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` })
    .default('info'),
  ECARD_SESSION_IDLE_MINUTES: wholeNumber(1, 24 * 60).default(15),
  ECARD_SESSION_MAX_HOURS: wholeNumber(1, 24).default(12),
  ECARD_POLICY_OID_ARC: z
    .string()
    .regex(/^[0-2](\.(0|[1-9]\d*))+$/, 'must be an object identifier such as 1.3.6.1.4.1.99999.1')
    .default('1.3.6.1.4.1.99999.1'),
  ECARD_OPERATOR_VI: z
    .string()
    .max(80, 'must be at most 80 characters')
    .default('Cổng đăng nhập thẻ điện tử'),
  ECARD_OPERATOR_EN: z.string().max(80, 'must be at most 80 characters').default('E-card sign-in'),
  ECARD_BATCH_FOUR_EYES_ABOVE: wholeNumber(0, 5000).default(10),
  ECARD_TRUSTED_PROXIES: wholeNumber(0, 8).default(0),
  ...passkeySettings,
  ...mailSettings,
  DATABASE_URL: urlOf(['postgres:', 'postgresql:']).optional(),
  REDIS_URL: urlOf(['redis:', 'rediss:']).optional(),
})

/**
 * Reads the configuration. An empty variable counts as not set; every problem is found at once.
 *
 * @throws ConfigInvalid naming each variable and what it must be, never its value
 */
export function readConfig(env: NodeJS.ProcessEnv): { config: Config; secrets: Secrets } {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = environment.safeParse(given)
  const problems = [
    ...unknownVariables(given),
    ...halfAnHsm(given),
    ...wrongMail(given),
    ...(parsed.success ? wrongPasskeys(parsed.data) : []),
    ...(parsed.error?.issues ?? []).map(describeIssue),
  ]
  if (!parsed.success || problems.length > 0) throw new ConfigInvalid(problems)
  const read = parsed.data
  const config: Config = Object.freeze({
    issuer: read.ECARD_ISSUER,
    host: read.ECARD_HOST,
    port: read.ECARD_PORT,
    dataDir: resolve(read.ECARD_DATA_DIR),
    keystorePassphraseFile: read.ECARD_KEYSTORE_PASSPHRASE_FILE ?? null,
    pkcs11: pkcs11Of(read),
    pkiUrl: read.ECARD_PKI_URL ?? read.ECARD_ISSUER,
    pkiPort: read.ECARD_PKI_PORT ?? null,
    logLevel: read.ECARD_LOG_LEVEL,
    sessionIdleSeconds: read.ECARD_SESSION_IDLE_MINUTES * 60,
    sessionMaxSeconds: read.ECARD_SESSION_MAX_HOURS * 3600,
    policyOidArc: read.ECARD_POLICY_OID_ARC,
    operator: { vi: read.ECARD_OPERATOR_VI.normalize('NFC'), en: read.ECARD_OPERATOR_EN },
    passkeys: passkeysOf(read),
    mail: mailOf(read),
    batchFourEyesAbove: read.ECARD_BATCH_FOUR_EYES_ABOVE,
    trustedProxies: read.ECARD_TRUSTED_PROXIES,
  })
  const secrets = new Secrets({
    databaseUrl: read.DATABASE_URL ?? null,
    redisUrl: read.REDIS_URL ?? null,
  })
  return { config, secrets }
}

/** Names the service reads, in the order of its documentation. */
export const variableNames: readonly string[] = Object.keys(environment.shape)

/** A misspelt variable would be a setting that silently does not hold. */
function unknownVariables(env: NodeJS.ProcessEnv): string[] {
  return (
    Object.keys(env)
      .filter((name) => name.startsWith('ECARD_') && !name.startsWith('ECARD_AGENT_'))
      // Of the `ecard` command alone: its language, and where it keeps who is signed in.
      .filter((name) => name !== 'ECARD_LANG' && name !== 'ECARD_STATE_DIR')
      .filter((name) => !variableNames.includes(name))
      .map((name) => `${name}: is not a setting of this service (misspelt?)`)
  )
}

function describeIssue(issue: z.core.$ZodIssue): string {
  return `${issue.path.join('.')}: ${issue.message}`
}
