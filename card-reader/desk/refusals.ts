import { CardError, type CardErrorReason } from '../status-word.ts'

const absent: readonly CardErrorReason[] = ['object-not-found', 'not-supported', 'no-key']

/** null where the card says that it has no such thing, or no such command. */
export function unlessAbsent<T>(work: () => Promise<T>): Promise<T | null> {
  return nullWhenRefused(work, absent)
}

/** null for a refusal that is an answer. */
export async function nullWhenRefused<T>(
  work: () => Promise<T>,
  answers: readonly CardErrorReason[],
): Promise<T | null> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof CardError && answers.includes(error.reason)) return null
    throw error
  }
}

/** @returns false for a refusal that is an answer */
export async function unlessRefused(
  work: () => Promise<void>,
  answers: readonly CardErrorReason[],
): Promise<boolean> {
  const done = await nullWhenRefused(async () => {
    await work()
    return true
  }, answers)
  return done ?? false
}
