import { KeystoreUnavailable } from '../errors.ts'
import type { HsmProblem } from './keystore.ts'

/** Where the keys are: a token, behind a PKCS#11 module. */
export interface TokenAddress {
  /** The path of the module that the HSM's maker ships. */
  readonly module: string
  /** The label of the token (of the HSM's partition). */
  readonly token: string
  /** A file with the user's PIN; one line end after it does not count. */
  readonly pinFile: string
}

/** What to do, by what is wrong. */
const advice: Readonly<Record<HsmProblem, string>> = {
  'library-missing':
    'the PKCS#11 library is not installed: run npm install without --omit=optional',
  'module-missing':
    'the PKCS#11 module does not load: install the software of the HSM and set ' +
    'ECARD_PKCS11_MODULE to its module',
  'hsm-unreachable':
    'the HSM does not answer: check its power, its network and its own client program; ' +
    'signing goes on by itself once it is back',
  'hsm-refused': 'the HSM refused: check what its policy lets this user do',
  'token-missing':
    'the HSM has no token of this label: check ECARD_PKCS11_TOKEN, or insert the token',
  'token-ambiguous': 'the HSM has several tokens of this label: give each a label of its own',
  'token-full': 'the token has no room for another key: remove keys that are no longer needed',
  'pin-unreadable': 'put the PIN into the file of ECARD_PKCS11_PIN_FILE and let this user read it',
  'wrong-pin':
    'the HSM refused the PIN, and it is not tried again: put the right one into the file of ' +
    'ECARD_PKCS11_PIN_FILE',
  'pin-last-try':
    'one more wrong PIN locks the token, so none is tried: log in once with the tool of the HSM',
  'pin-locked': 'the token is locked: have its security officer set a new PIN',
  'key-ambiguous': 'the token has several private keys of this name: keep one',
  'key-replaced': 'the token has another key under this name than when the service asked for it',
  'public-key-missing': 'the token lacks the public key beside the private one: restore it',
}

export function hsmFault(
  problem: HsmProblem,
  { token, key, reason }: { token: string; key?: string; reason?: string },
  cause?: unknown,
): KeystoreUnavailable {
  const facts = {
    problem,
    token,
    ...(key === undefined ? {} : { key }),
    ...(reason === undefined ? {} : { reason }),
  }
  return new KeystoreUnavailable(`token ${token}: ${advice[problem]}`, facts, cause)
}

/** The return values that mean something else than that the HSM cannot be reached. */
const problems: Readonly<Record<string, HsmProblem>> = {
  CKR_PIN_INCORRECT: 'wrong-pin',
  CKR_PIN_INVALID: 'wrong-pin',
  CKR_PIN_LEN_RANGE: 'wrong-pin',
  CKR_PIN_EXPIRED: 'wrong-pin',
  CKR_USER_PIN_NOT_INITIALIZED: 'wrong-pin',
  CKR_PIN_LOCKED: 'pin-locked',
  CKR_DEVICE_MEMORY: 'token-full',
  CKR_ACTION_PROHIBITED: 'hsm-refused',
  CKR_ATTRIBUTE_TYPE_INVALID: 'hsm-refused',
  CKR_ATTRIBUTE_VALUE_INVALID: 'hsm-refused',
  CKR_FUNCTION_NOT_SUPPORTED: 'hsm-refused',
  CKR_KEY_FUNCTION_NOT_PERMITTED: 'hsm-refused',
  CKR_KEY_SIZE_RANGE: 'hsm-refused',
  CKR_MECHANISM_INVALID: 'hsm-refused',
  CKR_MECHANISM_PARAM_INVALID: 'hsm-refused',
  CKR_TEMPLATE_INCOMPLETE: 'hsm-refused',
  CKR_TEMPLATE_INCONSISTENT: 'hsm-refused',
  CKR_TOKEN_WRITE_PROTECTED: 'hsm-refused',
}

/** Which return value an error of the library is about; null for errors of another kind. */
export function returnValueOf(error: unknown): string | null {
  return /\bCKR_[A-Z0-9_]+/.exec(error instanceof Error ? error.message : '')?.[0] ?? null
}

export function hsmProblemOf(returnValue: string): HsmProblem {
  return problems[returnValue] ?? 'hsm-unreachable'
}

/** CKF_USER_PIN_FINAL_TRY and CKF_USER_PIN_LOCKED (PKCS #11 v3.0 §3.2). */
const pinFlags = { finalTry: 0x20000, locked: 0x40000 } as const

/** Whether the token can do with another try of a PIN; null when it can. */
export function pinProblemOf(tokenFlags: number): HsmProblem | null {
  if ((tokenFlags & pinFlags.locked) !== 0) return 'pin-locked'
  return (tokenFlags & pinFlags.finalTry) === 0 ? null : 'pin-last-try'
}
