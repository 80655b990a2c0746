/** Where a session is opened and with which headers. The beta header is never sent: it is answered with close code 4000. */

export type Endpoint = Readonly<{ url: string; headers: Readonly<Record<string, string>> }>

export type EndpointSettings = ServerSettings & Readonly<{ model: string }>

/** Where the API is, who we are to it, and who the caller is. */
export type ServerSettings = Readonly<{
  /** Such as `https://api.openai.com/v1`; `http://` gives `ws://`, for servers on this machine. */
  baseUrl: string
  apiKey: string
  /** A stable id of the caller that says nothing about them, such as a salted hash. */
  safetyIdentifier: string
}>

/** Gives the address of a new session that talks. */
export const endpointOf = (settings: EndpointSettings): Endpoint =>
  endpoint(settings, `model=${encodeURIComponent(settings.model)}`)

/** Gives the address of a new session that only writes down; its model is named in its settings. */
export const transcriptionEndpointOf = (settings: ServerSettings): Endpoint =>
  endpoint(settings, 'intent=transcription')

const endpoint = (settings: ServerSettings, query: string): Endpoint => ({
  url: `${settings.baseUrl.replace(/^http/, 'ws').replace(/\/+$/, '')}/realtime?${query}`,
  headers: {
    'Authorization': `Bearer ${settings.apiKey}`,
    'OpenAI-Safety-Identifier': settings.safetyIdentifier,
  },
})
