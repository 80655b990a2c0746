/** Documents as an answer. */

/** Answers with TwiML: at once and whole, as Twilio does not like chunks. */
export const xml = (document: string): Response =>
  new Response(document, { headers: { 'content-type': 'text/xml; charset=utf-8' } })
