import { InputInvalid } from '../errors.ts'

/** @throws InputInvalid for what a file, or an object on a token, should not be called */
export function checkKeyName(name: string): string {
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(name)) {
    throw new InputInvalid('not a key name', { field: 'name' })
  }
  return name
}
