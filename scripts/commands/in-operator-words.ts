import { refusals, CardRefused } from '../../src/card-auth/refusal.ts'
import { AppError } from '../../src/errors.ts'
import {
  BootstrapDone,
  GrantRefused,
  OperatorSignInRequired,
  PermissionDenied,
} from '../../src/operators/operator-refused.ts'
import { languageOf } from '../words/language.ts'
import { operatorWords } from '../words/operator-words.ts'

/** An operator's card was turned down, in a sentence. */
class OperatorCardRefused extends AppError {
  readonly code = 'CARD_REFUSED'
}

/** Lets what operators are refused speak the language of the person who asked. */
export async function inOperatorWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw said(error)
  }
}

function said(error: unknown): unknown {
  const words = operatorWords()
  if (error instanceof BootstrapDone) return new BootstrapDone(words.bootstrapDone)
  if (error instanceof OperatorSignInRequired)
    return new OperatorSignInRequired(words.signInRequired, error)
  if (error instanceof PermissionDenied) {
    const { denial, facts } = error
    const sentence = words.denials[denial.reason](denial)
    return new PermissionDenied(denial, { facts, sentence, cause: error })
  }
  if (error instanceof GrantRefused) {
    const sentence = words.grantRefusals[error.reason]
    return new GrantRefused(error.reason, error.facts, { sentence, cause: error })
  }
  return error instanceof CardRefused ? saidOfCard(error) : error
}

const dates = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Asia/Ho_Chi_Minh',
  day: '2-digit',
  month: '2-digit',
  year: 'numeric',
})

function saidOfCard({ reason, details, facts }: CardRefused): OperatorCardRefused {
  const { lookupCode, ...sentences } = refusals[reason]
  const sentence = operatorWords().cardRefusals[reason] ?? `${sentences[languageOf(process.env)]}.`
  const date = details.date === undefined ? '' : dates.format(details.date)
  const filled = sentence.replace('{date}', date)
  return new OperatorCardRefused(`${filled} (${lookupCode})`, { ...facts, reason })
}
