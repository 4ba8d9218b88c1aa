import { readFile, stat } from 'node:fs/promises'
import type * as Graphene from 'graphene-pk11'
import type * as WebCryptoP11 from 'node-webcrypto-p11'
import {
  hsmFault,
  hsmProblemOf,
  pinProblemOf,
  returnValueOf,
  type TokenAddress,
} from './hsm-fault.ts'

type GrapheneLibrary = typeof Graphene
type WebCryptoLibrary = typeof WebCryptoP11

/** A session in which the user is logged in. PKCS#11 lets it do one thing at a time. */
export interface TokenSession {
  /** The token's label. */
  readonly token: string
  readonly session: Graphene.Session
  /** WebCrypto by the same session. */
  readonly crypto: WebCryptoP11.Crypto
}

/** CKF_OS_LOCKING_OK (PKCS #11 v3.0 §5.4): the library signs in threads of its own. */
const osLockingOk = 2

interface Pin {
  readonly text: string
  /** When the file was written, in milliseconds. */
  readonly writtenAt: number
}

/**
 * One token, opened when it is first used. A session that was lost is opened again from the very
 * beginning (C_Finalize, C_Initialize), since some modules never find a lost HSM otherwise.
 */
export class Pkcs11Token {
  readonly address: TokenAddress
  #module: Graphene.Module | null = null
  #open: TokenSession | null = null
  /**
   * A PIN that the token refused is not tried a second time: tokens lock after a few. Writing the
   * file anew, with whatever PIN, is worth another try.
   */
  #refusedAt: number | null = null

  constructor(address: TokenAddress) {
    this.address = address
  }

  /**
   * Works in an open session. When it turns out to be lost, `work` gets a new one, once.
   *
   * @throws KeystoreUnavailable
   */
  async use<T>(work: (session: TokenSession) => T | Promise<T>): Promise<T> {
    const open = this.#open
    if (open === null) return this.useOnce(work)
    try {
      return await work(open)
    } catch (error) {
      if (!isLost(error)) throw this.#explained(error)
      this.#open = null
      return await this.useOnce(work)
    }
  }

  /** The same for what must not be done twice. */
  async useOnce<T>(work: (session: TokenSession) => T | Promise<T>): Promise<T> {
    this.#open ??= await this.#opened()
    try {
      return await work(this.#open)
    } catch (error) {
      if (isLost(error)) this.#open = null
      throw this.#explained(error)
    }
  }

  async #opened(): Promise<TokenSession> {
    const library = await this.#import<WebCryptoLibrary>(() => import('node-webcrypto-p11'))
    const { Module, SessionFlag } = await this.#import<GrapheneLibrary>(
      () => import('graphene-pk11'),
    )
    const pin = await this.#readPin()
    if (pin.writtenAt === this.#refusedAt) throw hsmFault('wrong-pin', this.address)
    const module = this.#load(Module)
    try {
      initialize(module)
      const slot = this.#findSlot(module)
      const session = slot.open(SessionFlag.SERIAL_SESSION | SessionFlag.RW_SESSION)
      this.#logIn(session, slot, pin)
      const { token } = this.address
      return { token, session, crypto: new library.Crypto({ session }) }
    } catch (error) {
      throw this.#explained(error)
    }
  }

  async #import<T>(load: () => Promise<T>): Promise<T> {
    try {
      return await load()
    } catch (cause) {
      throw hsmFault('library-missing', this.address, cause)
    }
  }

  async #readPin(): Promise<Pin> {
    const { pinFile } = this.address
    try {
      const { mtimeMs } = await stat(pinFile)
      const text = (await readFile(pinFile, 'utf8')).replace(/\r?\n$/, '')
      if (text !== '') return { text, writtenAt: mtimeMs }
    } catch (cause) {
      throw hsmFault('pin-unreadable', this.address, cause)
    }
    throw hsmFault('pin-unreadable', this.address)
  }

  #load(Module: GrapheneLibrary['Module']): Graphene.Module {
    try {
      return (this.#module ??= Module.load(this.address.module))
    } catch (cause) {
      throw hsmFault('module-missing', this.address, cause)
    }
  }

  #findSlot(module: Graphene.Module): Graphene.Slot {
    const slots = module.getSlots(true)
    const all = Array.from({ length: slots.length }, (_, index) => slots.items(index))
    // A module that lost its HSM has no slots rather than an error.
    if (all.length === 0) throw hsmFault('hsm-unreachable', this.address)
    const [slot, ...others] = all.filter((one) => labelOf(one) === this.address.token)
    if (slot === undefined) throw hsmFault('token-missing', this.address)
    if (others.length > 0) throw hsmFault('token-ambiguous', this.address)
    return slot
  }

  #logIn(session: Graphene.Session, slot: Graphene.Slot, pin: Pin): void {
    const problem = pinProblemOf(slot.getToken().flags)
    if (problem !== null) throw hsmFault(problem, this.address)
    try {
      session.login(pin.text)
    } catch (error) {
      if (hsmProblemOf(returnValueOf(error) ?? '') === 'wrong-pin') this.#refusedAt = pin.writtenAt
      throw error
    }
  }

  #explained(error: unknown): unknown {
    const returnValue = returnValueOf(error)
    if (returnValue === null) return error
    const facts = { ...this.address, reason: returnValue }
    return hsmFault(hsmProblemOf(returnValue), facts, error)
  }
}

function initialize(module: Graphene.Module): void {
  try {
    module.finalize()
  } catch {
    // It was not initialized: this is the first time.
  }
  module.initialize({ flags: osLockingOk })
}

function labelOf(slot: Graphene.Slot): string | null {
  try {
    return slot.getToken().label
  } catch {
    // A token that has been taken out meanwhile, or is none of ours.
    return null
  }
}

function isLost(error: unknown): boolean {
  const returnValue = returnValueOf(error)
  return returnValue !== null && hsmProblemOf(returnValue) === 'hsm-unreachable'
}
