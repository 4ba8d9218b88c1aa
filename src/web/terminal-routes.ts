import type { RequestHandler } from 'express'
import type { EnrolmentRequest } from '../terminals/enrol-terminal.ts'
import type { Terminal } from '../terminals/terminal.ts'
import { enrolBody, pairBody, parseInput } from './parse-input.ts'
import { networkOf } from './client-network.ts'
import { languageOf, switchAddress } from './request-language.ts'
import type { WebParts } from './sign-in-routes.ts'

export interface TerminalDeps {
  readonly terminals: {
    /** @throws PairingRefused */
    pair(code: string): Promise<{ terminal: Terminal; secret: string }>
    /** @param network - from where it comes. @throws EnrolmentRefused, TooManyAttempts */
    enrol(
      request: EnrolmentRequest,
      network: string,
    ): Promise<{ terminal: Terminal; certificate: Buffer; issuer: string }>
  }
}

/** Pairing a browser with a terminal, and enrolling a terminal. */
export function createTerminalHandlers(
  deps: TerminalDeps,
  { pages, cookies }: WebParts,
): Record<'pairPage' | 'pair' | 'enrol', RequestHandler> {
  return {
    pairPage: (request, response) => {
      const language = languageOf(request, cookies)
      const context = { language, switchAddress: switchAddress(request, language) }
      response.type('html').send(pages.pair(context))
    },

    pair: async (request, response) => {
      const { code } = parseInput(pairBody, request.body)
      const { terminal, secret } = await deps.terminals.pair(code)
      cookies.setPairingSecret(response, secret)
      response.json({ terminal: terminal.name })
    },

    enrol: async (request, response) => {
      const { code, publicKey, proof } = parseInput(enrolBody, request.body)
      const key = Buffer.from(publicKey, 'base64')
      const enrolled = await deps.terminals.enrol(
        { code, publicKey: key, proof },
        networkOf(request),
      )
      const { id, name, mode } = enrolled.terminal
      const certificate = enrolled.certificate.toString('base64')
      const answer = { terminalId: id, name, mode, certificate, issuer: enrolled.issuer }
      response.status(201).json(answer)
    },
  }
}
