/** Every code the agent raises itself; cards raise `CardError`. */
export type AgentErrorCode =
  | 'AGENT_OFFLINE'
  | 'AGENT_RUNNING'
  | 'ALREADY_ENROLLED'
  | 'ANSWER_MALFORMED'
  | 'ENROLMENT_REFUSED'
  | 'ISSUER_INVALID'
  | 'ISSUER_MISMATCH'
  | 'NOT_ENROLLED'
  | 'PCSC_MISSING'
  | 'PIN_PROMPT_FAILED'
  | 'SERVICE_UNREACHABLE'
  | 'STATE_UNREADABLE'
  | 'USAGE'

/** The message is a sentence for whoever runs the agent, and says what to do. */
export class AgentError extends Error {
  readonly code: AgentErrorCode

  constructor(code: AgentErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'AgentError'
    this.code = code
  }
}
