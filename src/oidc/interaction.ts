import type { IncomingMessage, ServerResponse } from 'node:http'
import { errors, type Interaction } from 'oidc-provider'
import { AppError } from '../errors.ts'
import type { AssuranceLevel, Authentication, SignInMethod } from '../holders/authentication.ts'
import type { CardKind } from '../holders/card-kind.ts'
import type { Client } from './client-store.ts'
import { requirementOf } from './clients.ts'
import { signOut } from './end-sessions.ts'
import type { SignInProvider } from './provider.ts'
import type { SignIn } from './session-index.ts'
import { acrOf, methodsFor, type CardAloneReason } from './sign-in-policy.ts'
import { Unavailable } from './unavailable.ts'

/** Why a person has to sign in. */
export type SignInReason =
  /** There is no session, or it has ended. */
  | 'no-session'
  /** The session is of a temporary pass for other applications. */
  | 'application'
  /** The session is of a card that the application does not admit. */
  | 'card-kind'
  /** The session's holder acts for none of the agencies that the application is for. */
  | 'agency'
  /** The session's level is too low. */
  | 'level'
  /** The session is not a card's, and the application takes nothing else. */
  | 'card-alone'
  /** The application wants a sign-in that is younger. */
  | 'max-age'
  /** The application asked for a new sign-in, or for another person. */
  | 'asked'

/** What an application asks for, as the sign-in page shows it. */
export interface SignInRequest {
  readonly interactionId: string
  readonly client: Pick<Client, 'clientId' | 'name' | 'policy'> & {
    /** The office that runs the application. */
    readonly office: { readonly vi: string; readonly en: string } | null
  }
  readonly requiredLevel: AssuranceLevel
  /** Ways to sign in that would do. */
  readonly methods: readonly SignInMethod[]
  /** Why nothing but a card would do; null where something would. */
  readonly cardAlone: CardAloneReason | null
  readonly cardKinds: readonly CardKind[]
  /** What the application asked for by `ui_locales`; Vietnamese where it said nothing. */
  readonly language: 'vi' | 'en'
  readonly returnTo: string
  readonly reason: SignInReason
  readonly expiresAt: Date
}

/** The sign-in page belongs to no open request of this browser. */
export class InteractionExpired extends AppError {
  readonly code = 'INTERACTION_EXPIRED'
}

/** The library's names for its reasons, and ours, the most telling first. */
const reasonOf: readonly (readonly [string, SignInReason])[] = [
  ['no_session', 'no-session'],
  ['session_ended', 'no-session'],
  ['application', 'application'],
  ['card-kind', 'card-kind'],
  ['agency', 'agency'],
  ['card-alone', 'card-alone'],
  ['level', 'level'],
  ['max_age', 'max-age'],
]

/**
 * Reads what is asked for. The cookie that proves it is the same browser is bound to the path
 * `/sign-in/{interactionId}`.
 *
 * @throws InteractionExpired, StoreUnavailable, DatabaseUnavailable
 */
export async function readSignInRequest(
  provider: SignInProvider,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<SignInRequest> {
  const interaction = await openInteraction(provider, req, res)
  const clientId = textOf(interaction, 'client_id') ?? ''
  const application = await provider.parts.clients.find(clientId)
  if (application === null) throw new InteractionExpired('the application is gone', { clientId })
  const requirement = requirementOf(application, textOf(interaction, 'acr_values'), {
    now: provider.parts.clock.now(),
  })
  const { level, cardKinds } = requirement
  const { client, officeName } = application
  const office = officeName === null ? null : { vi: officeName, en: officeName }
  return {
    interactionId: interaction.uid,
    client: { clientId, name: client.name, policy: client.policy, office },
    requiredLevel: level,
    ...methodsFor(requirement),
    cardKinds,
    language: languageOf(textOf(interaction, 'ui_locales')),
    returnTo: interaction.returnTo,
    reason: reasonOf.find(([name]) => interaction.prompt.reasons.includes(name))?.[1] ?? 'asked',
    expiresAt: new Date(interaction.exp * 1000),
  }
}

/**
 * Hands a sign-in to the provider once it is finished; the request that it is for is read
 * meanwhile. A session of somebody else in this browser is ended
 * and its applications are told before anybody can go on.
 *
 * Whether the sign-in does for the application is judged when the browser comes back: where it
 * does not, the person returns to the sign-in page with the reason.
 *
 * @returns where to send the browser
 * @throws InteractionExpired, StoreUnavailable, whatever `finishing` fails with
 */
export async function completeSignIn(
  provider: SignInProvider,
  req: IncomingMessage,
  res: ServerResponse,
  finishing: Authentication | Promise<Authentication>,
): Promise<string> {
  const [interaction, authentication] = await Promise.all([
    openInteraction(provider, req, res),
    finishing,
  ])
  await endSessionOfAnother(provider, interaction, authentication.holderId)
  const signIn = signInOf(authentication)
  interaction.result = {
    login: {
      accountId: signIn.holderId,
      acr: acrOf(signIn.level),
      amr: [...signIn.amr],
      ts: signIn.at,
      // The cookie goes with the browser's own session: people share these machines.
      remember: false,
    },
    signIn,
  }
  await asOurErrors(() => interaction.persist())
  return interaction.returnTo
}

/**
 * The application gets `access_denied` (OpenID Connect Core §3.1.2.6).
 *
 * @returns where to send the browser
 * @throws InteractionExpired, StoreUnavailable
 */
export async function cancelSignIn(
  provider: SignInProvider,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<string> {
  const interaction = await openInteraction(provider, req, res)
  interaction.result = { error: 'access_denied', error_description: 'the person cancelled' }
  await asOurErrors(() => interaction.persist())
  return interaction.returnTo
}

function openInteraction(
  provider: SignInProvider,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<Interaction> {
  return asOurErrors(() => provider.interactionDetails(req, res))
}

async function endSessionOfAnother(
  provider: SignInProvider,
  interaction: Interaction,
  holderId: string,
): Promise<void> {
  const { session } = interaction
  if (session === undefined || session.accountId === holderId) return
  await signOut(provider.parts, session.uid)
  // The library would look for that session when the browser comes back.
  interaction.session = undefined
}

/** All but the name, which is no part of what a session rests on. */
function signInOf(authentication: Authentication): SignIn {
  const { method, holderId, cardUuid, cardKind, keySlot, terminalId, ...more } = authentication
  const { passkeyId, pass, level, amr, at } = more
  return {
    ...{ method, holderId, cardUuid, cardKind, keySlot, terminalId, passkeyId, level, amr },
    ...(pass && { pass }),
    at: Math.floor(at.getTime() / 1000),
  }
}

async function asOurErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Unavailable) throw error.cause
    if (error instanceof errors.SessionNotFound)
      throw new InteractionExpired('no open sign-in request in this browser', {}, error)
    throw error
  }
}

function textOf(interaction: Interaction, name: string): string | undefined {
  const value = interaction.params[name]
  return typeof value === 'string' ? value : undefined
}

/** `ui_locales` lists languages by preference, such as `en-GB vi` (OpenID Connect Core §3.1.2.1). */
function languageOf(locales: string | undefined): 'vi' | 'en' {
  const languages = locales?.split(' ').map((tag) => tag.split('-')[0]) ?? []
  return languages.find((language) => language === 'vi' || language === 'en') ?? 'vi'
}
