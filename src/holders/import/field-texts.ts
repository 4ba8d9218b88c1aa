import { z } from 'zod'
import { fault, type FileRow, type RowFault } from './file-row.ts'

/** RFC 5280 appendix A.1, ub-common-name: more does not fit into a certificate. */
export const maxNameCharacters = 64
/** RFC 5321 §4.5.3.1.3, without the angle brackets. */
export const maxEmailCharacters = 254
export const maxCodeCharacters = 40

const emailShape = z.email()

/**
 * Reads the texts of one row field by field and collects what is wrong. A text that is wrong reads
 * as undefined, like one that is not there.
 */
export interface FieldReader<Field extends string> {
  readonly faults: readonly RowFault[]
  /** A name of a person, office, organisation or position: up to 64 visible characters. */
  name(field: Field): string | undefined
  /** null: the row says that there is none. */
  email(field: Field): string | null | undefined
  text(field: Field): string | null | undefined
  refuse(fault: RowFault): void
}

export function readFields<Field extends string>(row: FileRow<Field>): FieldReader<Field> {
  const faults: RowFault[] = [...row.faults]
  const refuse = (one: RowFault): void => {
    faults.push(one)
  }
  const text = (field: Field): string | null | undefined => {
    const value = row.texts[field]
    if (typeof value !== 'string') return value
    const wrong = controlFault(field, value)
    if (wrong === null) return value
    refuse(wrong)
    return undefined
  }
  return {
    faults,
    refuse,
    text,
    name: (field) => {
      const value = text(field) ?? undefined
      const wrong = value === undefined ? null : lengthFault(field, value, maxNameCharacters)
      if (wrong === null) return value
      refuse(wrong)
      return undefined
    },
    email: (field) => {
      const value = text(field)
      const wrong = typeof value === 'string' ? emailFault(field, value) : null
      if (wrong === null) return value
      refuse(wrong)
      return undefined
    },
  }
}

/** Control, invisible formatting, private and unassigned characters. */
function controlFault(field: string, value: string): RowFault | null {
  return /\p{C}/u.test(value) ? fault('control-characters', field, value) : null
}

export function lengthFault(field: string, value: string, max: number): RowFault | null {
  return Array.from(value).length > max ? fault('too-long', field, value) : null
}

function emailFault(field: string, value: string): RowFault | null {
  if (value.length <= maxEmailCharacters && emailShape.safeParse(value).success) return null
  return fault('email-malformed', field, value)
}

/** Short and stable, without spaces, and without the semicolon that separates several. */
export function isCode(text: string): boolean {
  return (
    /^[\p{L}\p{N}][\p{L}\p{N}._-]*$/u.test(text) && Array.from(text).length <= maxCodeCharacters
  )
}

/** Several values in one cell: `MH-SNV; MH-VP`. */
export function splitList(text: string): string[] {
  return text.split(';').map((part) => part.trim())
}
