import { InvalidArgumentError } from 'commander'
import { InputInvalid } from '../../src/errors.ts'
import { PassNotIssued } from '../../src/passes/pass-not-issued.ts'
import { maxPassReasonLength, maxPassUses } from '../../src/passes/pass.ts'
import { findHolder } from '../people/find-holder.ts'
import { peopleWords } from '../people/people-language.ts'
import { ecardWords } from '../program/ecard-words.ts'
import { languageOf } from '../words/language.ts'
import { passWords } from '../words/pass-words.ts'
import type { Registry } from './open-registry.ts'

/** Whom a person names by number or id. @throws NotFound */
export async function findPassHolder(registry: Registry, given: string) {
  const words = peopleWords(languageOf(process.env))
  const { holder } = await findHolder(registry, given, words)
  return holder
}

/** Lets what is refused speak the language of the person who asked. */
export async function inPassWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof PassNotIssued)) throw error
    const { reason, facts } = error
    const sentence = passWords().refusals[reason](String(facts['clientId']))
    throw new PassNotIssued(reason, facts, { sentence, cause: error })
  }
}

/** In NFC. @throws InputInvalid */
export function checkPassReason(given: string): string {
  const reason = given.normalize('NFC').trim()
  if (reason === '' || reason.length > maxPassReasonLength)
    throw new InputInvalid(passWords().badReason, { field: 'reason' })
  return reason
}

/** Minutes or hours, as seconds. */
export function toSeconds(text: string): number {
  const span = /^([1-9][0-9]{0,3})([mh])$/.exec(text)
  if (span === null) throw new InvalidArgumentError(passWords().badSpan)
  return Number(span[1]) * (span[2] === 'h' ? 3600 : 60)
}

/** With its zone: what is meant does not depend on the computer. */
export function toInstant(text: string): Date {
  const shape = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/
  const instant = new Date(text)
  if (shape.test(text) && !Number.isNaN(instant.getTime())) return instant
  throw new InvalidArgumentError(passWords().badTime)
}

export function toUses(text: string): number {
  const uses = /^[0-9]{1,3}$/.test(text) ? Number(text) : 0
  if (uses >= 1 && uses <= maxPassUses) return uses
  throw new InvalidArgumentError(ecardWords().numberFrom(1, maxPassUses))
}
