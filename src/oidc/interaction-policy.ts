import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider'
import type { Clock } from '../clock.ts'
import { requirementOf, type ClientDirectory } from './clients.ts'
import type { SignedInAccount } from './find-account.ts'
import { ownClientId } from './own-application.ts'
import type { SignIn } from './session-index.ts'
import { judge, type Shortfall } from './sign-in-policy.ts'

const { Check, base } = interactionPolicy

/**
 * When a person has to come to our page: the library's own reasons (no session, `prompt=login`,
 * `max_age`, another subject wanted) and where the session does not do for this application.
 *
 * There is no consent: the applications are the province's own and administrators register their
 * scopes. `prompt=consent`, which OpenID Connect Core §11 wants with `offline_access`, is
 * understood and asks nothing.
 */
export function createInteractionPolicy(
  clients: ClientDirectory,
  clock: Clock,
): interactionPolicy.DefaultPolicy {
  const policy = base()
  policy.get('consent')?.checks.clear()
  policy.get('login')?.checks.add(
    new Check('session_ended', 'the session has ended', 'login_required', ({ oidc }) => {
      return oidc.session?.accountId !== undefined && oidc.account === undefined
    }),
  )
  for (const { shortfall, description } of shortfallChecks)
    policy.get('login')?.checks.add(
      new Check(shortfall, description, 'interaction_required', async (ctx) => {
        return (await shortfallsOf({ clients, clock }, ctx)).includes(shortfall)
      }),
    )
  return policy
}

const shortfallChecks: readonly { shortfall: Shortfall; description: string }[] = [
  { shortfall: 'application', description: 'the temporary pass is for other applications' },
  { shortfall: 'card-kind', description: 'the application is for another kind of card' },
  { shortfall: 'agency', description: 'the application is for other agencies' },
  { shortfall: 'card-alone', description: 'the application takes cards alone' },
  { shortfall: 'level', description: 'the application needs a stronger sign-in' },
]

/** What the session lacks for the application that asks; without a session, nothing yet. */
export async function shortfallsOf(
  { clients, clock }: { readonly clients: ClientDirectory; readonly clock: Clock },
  { oidc }: KoaContextWithOIDC,
): Promise<Shortfall[]> {
  const account = oidc.account as SignedInAccount | undefined
  if (account === undefined) return []
  const application = await clients.find(oidc.client?.clientId ?? '')
  if (application === null) return []
  const { signIn, agencyPaths } = account
  const { method, level, cardKind } = signIn
  const clientIds = applicationsOf(signIn)
  const acrs = oidc.params?.['acr_values']
  const requirement = requirementOf(application, typeof acrs === 'string' ? acrs : undefined, {
    now: clock.now(),
  })
  return judge({ method, level, cardKind, clientIds, agencyPaths }, requirement)
}

/** The only ones that a session opens; null: any. */
function applicationsOf({ pass }: SignIn): readonly string[] | null {
  if (pass === undefined || pass.clientIds === null) return null
  return pass.mayRegisterPasskey ? [...pass.clientIds, ownClientId] : pass.clientIds
}
