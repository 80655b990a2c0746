/** Where a session is opened and with which headers. The beta header is never sent: it is answered with close code 4000. */

export type Endpoint = Readonly<{ url: string; headers: Readonly<Record<string, string>> }>

export type EndpointSettings = Readonly<{
  /** Such as `https://api.openai.com/v1`; `http://` gives `ws://`, for servers on this machine. */
  baseUrl: string
  apiKey: string
  model: string
  /** A stable id of the caller that says nothing about them, such as a salted hash. */
  safetyIdentifier: string
}>

/** Gives the address of a new session. */
export const endpointOf = (settings: EndpointSettings): Endpoint => ({
  url: `${settings.baseUrl.replace(/^http/, 'ws').replace(/\/+$/, '')}/realtime?model=` +
    encodeURIComponent(settings.model),
  headers: {
    'Authorization': `Bearer ${settings.apiKey}`,
    'OpenAI-Safety-Identifier': settings.safetyIdentifier,
  },
})
