// It comes without types; pcsc-binding.ts describes what we use of it.
declare module 'nfc-pcsc'
