/** What a log line may show of an error: plain values that are never secret. */
export type Facts = Readonly<Record<string, string | number | boolean | null>>

/**
 * Every code this service raises. A code is stable: callers, page texts, audit events and the
 * help desk go by it, never by the message.
 */
export type ErrorCode =
  | 'AUDIT_CHAIN_MOVED'
  | 'AUTHORITY_REFUSED'
  | 'AUTHORITY_UNAVAILABLE'
  | 'BATCH_REFUSED'
  | 'BOOTSTRAP_DONE'
  | 'CARD_FAULT'
  | 'CARD_REFUSED'
  | 'CARD_TRANSITION_REFUSED'
  | 'CERTIFICATE_REQUEST_REFUSED'
  | 'CERTIFICATE_TRANSITION_REFUSED'
  | 'CERTIFICATE_UNREADABLE'
  | 'CHAIN_REFUSED'
  | 'CHANNEL_REFUSED'
  | 'CLIENT_REFUSED'
  | 'CLOCK_WRONG'
  | 'CONFIG_INVALID'
  | 'CRL_REFUSED'
  | 'CROSS_SITE_REFUSED'
  | 'DATABASE_UNAVAILABLE'
  | 'DATA_FOLDER_UNUSABLE'
  | 'DUPLICATE'
  | 'ENROLMENT_REFUSED'
  | 'GRANT_REFUSED'
  | 'IMPORT_REFUSED'
  | 'INPUT_INVALID'
  | 'INPUT_TOO_LARGE'
  | 'INTERACTION_EXPIRED'
  | 'KEYSTORE_UNAVAILABLE'
  | 'NOT_FOUND'
  | 'OPERATOR_SIGN_IN_REQUIRED'
  | 'PAIRING_REFUSED'
  | 'PASS_NOT_ISSUED'
  | 'PASS_REFUSED'
  | 'PASSKEY_METADATA_UNUSABLE'
  | 'PASSKEY_REFUSED'
  | 'PEOPLE_FILE_REFUSED'
  | 'PERMISSION_DENIED'
  | 'PHOTO_TOO_LARGE'
  | 'PHOTO_UNREADABLE'
  | 'PKCS12_REFUSED'
  | 'REVOCATION_REFUSED'
  | 'STORE_UNAVAILABLE'
  | 'TERMINAL_DESK_REFUSED'
  | 'TERMINAL_OFFLINE'
  | 'TERMINAL_SIGNATURE_REFUSED'
  | 'TERMINAL_TRANSITION_REFUSED'
  | 'TOO_MANY_ATTEMPTS'
  | 'TOO_MANY_REQUESTS'

/** The base of every error we raise ourselves. */
export abstract class AppError extends Error {
  abstract readonly code: ErrorCode
  readonly facts: Facts

  /**
   * @param message - for the log and the developer; people read a text chosen by `code`
   * @param facts - safe to log: identifiers and states, never a PIN, key, nonce, token or cookie
   */
  constructor(message: string, facts: Facts = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = new.target.name
    this.facts = facts
  }
}

/** Something named was not there. */
export class NotFound extends AppError {
  readonly code = 'NOT_FOUND'
}

/** The database held another row with the same identity. */
export class Duplicate extends AppError {
  readonly code = 'DUPLICATE'
}

/** Input from outside did not have the shape we ask for; `facts.field` names the field. */
export class InputInvalid extends AppError {
  readonly code = 'INPUT_INVALID'
}

/** The folder for data cannot be used as it is; the message says what to do about it. */
export class DataFolderUnusable extends AppError {
  readonly code = 'DATA_FOLDER_UNUSABLE'
}

/** PostgreSQL could not be asked: we could not tell, which is not the same as no. */
export class DatabaseUnavailable extends AppError {
  readonly code = 'DATABASE_UNAVAILABLE'
}

/** The store of expiring state (Redis) could not be asked. */
export class StoreUnavailable extends AppError {
  readonly code = 'STORE_UNAVAILABLE'
}

/** The keystore could not be opened or does not hold the key. */
export class KeystoreUnavailable extends AppError {
  readonly code = 'KEYSTORE_UNAVAILABLE'
}

/** A PKCS#12 file was not taken or could not be made; `facts.problem` says why. */
export class Pkcs12Refused extends AppError {
  readonly code = 'PKCS12_REFUSED'
}
