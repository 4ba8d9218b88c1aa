import type { Page } from 'playwright-core'

/** A device of Chromium's own making (the WebAuthn domain of the DevTools protocol). */
export interface VirtualDevice {
  credentials(): Promise<HeldCredential[]>
  /** Gives it a key that another device holds: a copy, with the count as it was then. */
  hold(credential: HeldCredential): Promise<void>
  /** Whether somebody touches it when it asks. */
  setTouch(touched: boolean): Promise<void>
  /** Whether it can make sure of its owner. */
  setVerified(verified: boolean): Promise<void>
}

/** As the DevTools protocol names its parts. */
export interface HeldCredential {
  readonly credentialId: string
  readonly isResidentCredential: boolean
  readonly rpId?: string
  /** PKCS #8, base64. */
  readonly privateKey: string
  readonly userHandle?: string
  readonly signCount: number
}

interface DeviceOptions {
  readonly transport?: 'internal' | 'usb'
  /** Whether its keys are copied between devices. */
  readonly isSynced?: boolean
}

/** Puts a device beside the browser of this page; it is touched and knows its owner. */
export async function addVirtualDevice(
  page: Page,
  { transport = 'internal', isSynced = false }: DeviceOptions = {},
): Promise<VirtualDevice> {
  const devTools = await page.context().newCDPSession(page)
  await devTools.send('WebAuthn.enable')
  const { authenticatorId } = await devTools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...({ protocol: 'ctap2', transport } as const),
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      ...{ defaultBackupEligibility: isSynced, defaultBackupState: isSynced },
    },
  })
  return {
    credentials: async () =>
      (await devTools.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    hold: async (credential) => {
      await devTools.send('WebAuthn.addCredential', { authenticatorId, credential })
    },
    setTouch: async (enabled) => {
      await devTools.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled })
    },
    setVerified: async (isUserVerified) => {
      await devTools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified })
    },
  }
}
