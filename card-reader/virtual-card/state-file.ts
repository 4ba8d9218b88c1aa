import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { cardStateSchema, type CardState } from './card-state.ts'

/** Where a card's state survives power-off. */
export interface StateStore {
  save(state: CardState): void
}

/** A card that forgets everything when the program ends. */
export const noStore: StateStore = { save: () => undefined }

/**
 * A card's state in one JSON file, readable by its owner alone. Each save replaces the whole file
 * by a rename, so that a killed process leaves the old state or the new one.
 */
export function stateFile(path: string): StateStore & { load(): CardState } {
  return {
    load: () => readState(path),
    save(state) {
      const fresh = `${path}.${process.pid}.new`
      try {
        writeFileSync(fresh, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600, flush: true })
        renameSync(fresh, path)
      } catch (error) {
        rmSync(fresh, { force: true })
        throw error
      }
    },
  }
}

/** The file is there but holds no card; the message says what is wrong and shows no content. */
export class NotACardFile extends Error {
  constructor(path: string, cause: unknown) {
    super(`${path} is not the file of a virtual card`, { cause })
    this.name = 'NotACardFile'
  }
}

function readState(path: string): CardState {
  const text = readFileSync(path, 'utf8')
  try {
    return cardStateSchema.parse(JSON.parse(text))
  } catch (error) {
    throw new NotACardFile(path, error)
  }
}
