import { resolve } from 'node:path'
import { z } from 'zod'
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

export interface PasskeyConfig {
  /** The domain that passkeys are made for: the issuer's host (null) or one above it. */
  readonly rpId: string | null
  /** What is known of models of devices (FIDO Metadata Service 3, the payload as JSON); or null. */
  readonly metadataFile: string | null
  readonly policy: {
    readonly attestation: 'none' | 'direct' | 'trusted'
    readonly mayBeSynced: boolean
    readonly mayStandAlone: boolean
  }
}

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

export interface Pkcs11Config {
  /** The PKCS#11 library of the HSM. */
  readonly module: string
  /** The label of the token in it. */
  readonly token: string
  /** A file whose content (less one line end) is the token's user PIN. */
  readonly pinFile: string
  /** Whose keys it holds: authorities', OCSP signers', those of tokens, the audit, cards and passes. */
  readonly keys: readonly Pkcs11KeyUse[]
}

export const pkcs11KeyUses = ['ca', 'ocsp', 'oidc', 'audit', 'card', 'pass'] as const
export type Pkcs11KeyUse = (typeof pkcs11KeyUses)[number]

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

const wholeNumber = (min: number, max: number) =>
  z.coerce
    .number('must be a whole number')
    .int('must be a whole number')
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`)

const oneOf = <Name extends string>(...names: [Name, ...Name[]]) =>
  z.enum(names, { error: `must be one of ${names.join(', ')}` })

const environment = z.object({
  ECARD_ISSUER: z.string().default('http://localhost:8400').refine(isIssuer, {
    error:
      'must be an https origin without a path, such as https://id.example (http on loopback only)',
  }),
  ECARD_HOST: z.string().min(1).default('127.0.0.1'),
  ECARD_PORT: wholeNumber(1, 65_535).default(8400),
  ECARD_DATA_DIR: z.string().min(1).default('data'),
  ECARD_KEYSTORE_PASSPHRASE_FILE: z.string().min(1).optional(),
  ECARD_PKCS11_MODULE: z.string().min(1).optional(),
  ECARD_PKCS11_TOKEN: z.string().min(1).max(32, 'must be at most 32 characters').optional(),
  ECARD_PKCS11_PIN_FILE: z.string().min(1).optional(),
  ECARD_PKCS11_KEYS: z
    .string()
    .default(pkcs11KeyUses.join(','))
    .transform((list) => list.split(',').map((use) => use.trim()))
    .pipe(
      z.array(z.enum(pkcs11KeyUses, { error: `must list some of ${pkcs11KeyUses.join(', ')}` })),
    ),
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
  ECARD_PASSKEY_RP_ID: z.hostname('must be a domain such as minhhoa.example').optional(),
  ECARD_PASSKEY_ATTESTATION: oneOf('none', 'direct', 'trusted').default('none'),
  ECARD_PASSKEY_METADATA: z.string().min(1).optional(),
  ECARD_PASSKEY_SYNCED: oneOf('allow', 'refuse').default('allow'),
  ECARD_PASSKEY_WITHOUT_CARD: oneOf('allow', 'refuse').default('refuse'),
  ECARD_SMTP_HOST: z.string().min(1).optional(),
  ECARD_SMTP_PORT: wholeNumber(1, 65_535).optional(),
  ECARD_SMTP_SECURITY: oneOf('starttls', 'tls', 'none').default('starttls'),
  ECARD_SMTP_USER: z.string().min(1).optional(),
  ECARD_SMTP_PASSWORD_FILE: z.string().min(1).optional(),
  ECARD_MAIL_FROM: z.email('must be an address such as the-dien-tu@minhhoa.example').optional(),
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

const pkcs11Variables = [
  'ECARD_PKCS11_MODULE',
  'ECARD_PKCS11_TOKEN',
  'ECARD_PKCS11_PIN_FILE',
] as const

/** An HSM is described in full or not at all. */
function halfAnHsm(env: NodeJS.ProcessEnv): string[] {
  const missing = pkcs11Variables.filter((name) => env[name] === undefined)
  if (missing.length === 0 || missing.length === pkcs11Variables.length) return []
  return missing.map((name) => `${name}: must be set too, for the HSM to be used`)
}

function pkcs11Of(read: z.infer<typeof environment>): Pkcs11Config | null {
  const { ECARD_PKCS11_MODULE: module, ECARD_PKCS11_TOKEN: token } = read
  const { ECARD_PKCS11_PIN_FILE: pinFile, ECARD_PKCS11_KEYS: keys } = read
  if (module === undefined || token === undefined || pinFile === undefined) return null
  return Object.freeze({ module, token, pinFile, keys })
}

function passkeysOf(read: z.infer<typeof environment>): PasskeyConfig {
  return Object.freeze({
    rpId: read.ECARD_PASSKEY_RP_ID ?? null,
    metadataFile: read.ECARD_PASSKEY_METADATA ?? null,
    policy: {
      attestation: read.ECARD_PASSKEY_ATTESTATION,
      mayBeSynced: read.ECARD_PASSKEY_SYNCED === 'allow',
      mayStandAlone: read.ECARD_PASSKEY_WITHOUT_CARD === 'allow',
    },
  })
}

/** Browsers make passkeys for a page's host or a domain above it; some models need to be known. */
function wrongPasskeys(read: z.infer<typeof environment>): string[] {
  const { ECARD_PASSKEY_RP_ID: rpId, ECARD_PASSKEY_ATTESTATION: attestation } = read
  const { hostname } = new URL(read.ECARD_ISSUER)
  const isOurs = rpId === undefined || rpId === hostname || hostname.endsWith(`.${rpId}`)
  const isJudged = attestation !== 'trusted' || read.ECARD_PASSKEY_METADATA !== undefined
  return [
    ...(isOurs
      ? []
      : ['ECARD_PASSKEY_RP_ID: must be the host of ECARD_ISSUER or a domain above it']),
    ...(isJudged
      ? []
      : ['ECARD_PASSKEY_METADATA: must be set where only trusted devices are taken']),
  ]
}

const smtpPorts = { starttls: 587, tls: 465, none: 25 } as const

function mailOf(read: z.infer<typeof environment>): MailConfig | null {
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
function wrongMail(env: NodeJS.ProcessEnv): string[] {
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

const loopbackHosts: readonly string[] = ['localhost', '127.0.0.1', '::1']

function isOrigin(value: string): boolean {
  const url = URL.parse(value)
  return url !== null && url.origin === value && /^https?:$/.test(url.protocol)
}

function isIssuer(value: string): boolean {
  const url = URL.parse(value)
  if (url === null || url.origin !== value) return false
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  return url.protocol === 'https:' || (url.protocol === 'http:' && loopback)
}

function urlOf(protocols: readonly string[]): z.ZodType<string> {
  const isOne = (value: string) => protocols.includes(URL.parse(value)?.protocol ?? '')
  return z
    .string()
    .refine(isOne, { error: `must be an address that starts with ${protocols[0]}//` })
}
