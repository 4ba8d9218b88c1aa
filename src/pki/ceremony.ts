import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { AppError } from '../errors.ts'
import type { KeyAlgorithm } from '../keystore/keystore.ts'
import { authorityKinds, type AuthorityKind } from './authority.ts'

/**
 * What a key ceremony makes, from one file that officials review and sign off: which authorities,
 * their names, keys and years, and where the root's key is kept.
 */
export interface Ceremony {
  readonly file: string
  /** SHA-256 of the file, hexadecimal: the report names it, so that it proves which was signed. */
  readonly sha256: string
  readonly root: PlannedAuthority
  /** `elsewhere`: on a machine of its own, which signs requests that are carried there. */
  readonly rootKey: 'here' | 'elsewhere'
  /** One for each kind at most; kinds that are not named are not made. */
  readonly issuing: readonly PlannedAuthority[]
}

/** One authority as the file wants it. */
export interface PlannedAuthority {
  readonly kind: AuthorityKind
  readonly commonName: string
  /** The organisation in its name; null for none. */
  readonly organisation: string | null
  readonly keyAlgorithm: KeyAlgorithm
  readonly validityYears: number
  /** In how many parts its revocation list is published, for good. */
  readonly crlPartitions: number
  /** Below the policy arc: what it may issue; empty for the root, which may all. */
  readonly policies: readonly string[]
}

/** The ceremony's file does not say what could be made; the message names every field. */
export class CeremonyInvalid extends AppError {
  readonly code = 'CONFIG_INVALID'
}

export const ceremonyFile = fileURLToPath(new URL('../../certs/ceremony.json', import.meta.url))

/** SP 800-57 part 1, table 2: what protects for as long as an authority lives. */
export const authorityKeyAlgorithms = ['P-256', 'P-384', 'RSA-3072'] as const

const keyAlgorithm = z.enum(authorityKeyAlgorithms, {
  error: `must be one of ${authorityKeyAlgorithms.join(', ')}`,
})

/** RFC 5280 appendix A.1: ub-common-name, ub-organization-name. */
const name = z
  .string('must be a text')
  .trim()
  .normalize('NFC')
  .refine((text) => Array.from(text).length >= 1 && Array.from(text).length <= 64, {
    error: 'must have 1 to 64 characters',
  })
  .refine((text) => !/\p{C}/u.test(text), { error: 'must have no control characters' })

const years = (min: number, max: number) =>
  z
    .int({ error: `must be a whole number of years from ${min} to ${max}` })
    .min(min)
    .max(max)

const rootYears = { min: 10, max: 20 }
const issuingYears = { min: 1, max: 15 }
const maxPartitions = 1024

const schema = z
  .strictObject({
    /** For the reader of the file. */
    purpose: z.string().optional(),
    organisation: name.nullable().default(null),
    root: z.strictObject({
      purpose: z.string().optional(),
      commonName: name,
      keyAlgorithm: keyAlgorithm.default('P-384'),
      validityYears: years(rootYears.min, rootYears.max),
      key: z.enum(['here', 'elsewhere'], { error: 'must be here or elsewhere' }),
    }),
    issuing: z
      .array(
        z.strictObject({
          kind: z.enum(authorityKinds).exclude(['root'], { error: mustBeKind }),
          purpose: z.string().optional(),
          commonName: name,
          keyAlgorithm: keyAlgorithm.default('P-256'),
          validityYears: years(issuingYears.min, issuingYears.max),
          crlPartitions: z
            .int({ error: `must be a whole number from 1 to ${maxPartitions}` })
            .min(1)
            .max(maxPartitions)
            .default(1),
          policies: z
            .array(z.string().regex(/^\d+(\.\d+)*$/, 'must be numbers with dots, such as 1.4'), {
              error: 'must be a list of policies',
            })
            .min(1, 'must name at least one policy'),
        }),
      )
      .min(1, 'must name at least one authority'),
  })
  .check(checkKindsOnce, checkNamesOnce, checkShorterThanRoot)

type CeremonyInput = z.infer<typeof schema>
type Context = z.core.ParsePayload<CeremonyInput>

/**
 * Reads and checks the file of a ceremony.
 *
 * @throws CeremonyInvalid naming each field and what it must be
 */
export async function readCeremony(file: string = ceremonyFile): Promise<Ceremony> {
  const text = await readFile(file).catch((cause: unknown) => {
    throw new CeremonyInvalid(`cannot read the ceremony's file ${file}`, { file }, cause)
  })
  const result = schema.safeParse(parseJson(text, file))
  if (!result.success) throw invalid(file, result.error)
  return toCeremony(result.data, { file, sha256: createHash('sha256').update(text).digest('hex') })
}

function toCeremony(
  { organisation, root, issuing }: CeremonyInput,
  source: Pick<Ceremony, 'file' | 'sha256'>,
): Ceremony {
  const { commonName, keyAlgorithm, validityYears, key } = root
  const ofRoot = { crlPartitions: 1, policies: [] }
  return {
    ...source,
    rootKey: key,
    root: { kind: 'root', commonName, organisation, keyAlgorithm, validityYears, ...ofRoot },
    issuing: issuing.map(({ kind, crlPartitions, policies, ...planned }) => ({
      ...{ kind, crlPartitions, policies, organisation, commonName: planned.commonName },
      ...{ keyAlgorithm: planned.keyAlgorithm, validityYears: planned.validityYears },
    })),
  }
}

function parseJson(text: Buffer, file: string): unknown {
  try {
    return JSON.parse(text.toString('utf8')) as unknown
  } catch (cause) {
    throw new CeremonyInvalid(`the ceremony's file ${file} is no JSON`, { file }, cause)
  }
}

function invalid(file: string, error: z.ZodError): CeremonyInvalid {
  const problems = error.issues.map((issue) => `  - ${fieldOf(issue)}: ${issue.message}`)
  const field = error.issues[0] ? fieldOf(error.issues[0]) : ''
  const message = `the ceremony's file ${file} has problems:\n${problems.join('\n')}`
  return new CeremonyInvalid(message, { file, field })
}

/** `issuing[0].keyAlgorithm`, as a person would point at it. */
function fieldOf({ path }: z.core.$ZodIssue): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
  return steps.join('').replace(/^\./, '') || 'the whole file'
}

function mustBeKind(): string {
  return `must be one of ${authorityKinds.filter((kind) => kind !== 'root').join(', ')}`
}

function checkKindsOnce({ value, issues }: Context): void {
  value.issuing.forEach(({ kind }, index) => {
    if (value.issuing.findIndex((other) => other.kind === kind) === index) return
    issues.push(problem(value, ['issuing', index, 'kind'], `${kind} is there twice`))
  })
}

function checkNamesOnce({ value, issues }: Context): void {
  const names = [value.root, ...value.issuing].map(({ commonName }) => commonName)
  value.issuing.forEach(({ commonName }, index) => {
    if (names.indexOf(commonName) === index + 1) return
    issues.push(problem(value, ['issuing', index, 'commonName'], 'another authority has this name'))
  })
}

function checkShorterThanRoot({ value, issues }: Context): void {
  value.issuing.forEach(({ validityYears }, index) => {
    if (validityYears < value.root.validityYears) return
    const path = ['issuing', index, 'validityYears']
    issues.push(problem(value, path, "must be less than the root's years"))
  })
}

function problem(input: CeremonyInput, path: PropertyKey[], message: string) {
  return { code: 'custom' as const, input, path, message }
}
