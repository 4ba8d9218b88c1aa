import { z } from 'zod'

/** How an application names its visitor. */
export interface Visitor {
  readonly name: string | null
  /** One line: position and agency, or what identifies the organisation; may be empty. */
  readonly office: string
}

const office = { name: z.string(), position: z.string().nullish() }

/** What the scopes `profile`, `agency` and `organisation` bring, as far as the demo shows it. */
const shown = z.object({
  name: z.string().optional(),
  agencies: z.array(z.object(office)).default([]),
  organisations: z.array(z.object({ ...office, tax_code: z.string() })).default([]),
})

/** Reads claims that come from the service; what is missing or of another shape is not shown. */
export function readVisitor(claims: unknown): Visitor {
  const { data } = shown.safeParse(claims)
  if (data === undefined) return { name: null, office: '' }
  const agency = data.agencies[0]
  const organisation = data.organisations[0]
  const parts =
    agency === undefined
      ? [organisation?.position, organisation?.name, taxCodeText(organisation?.tax_code)]
      : [agency.position, agency.name]
  // An organisation's own card: its name is the visitor's name already.
  const fresh = parts.filter((part) => typeof part === 'string' && part !== data.name)
  return { name: data.name ?? null, office: fresh.join(', ') }
}

function taxCodeText(taxCode: string | undefined): string | null {
  return taxCode === undefined ? null : `MST ${taxCode}`
}
