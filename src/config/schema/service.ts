/** The shape of `tandem.yaml`: what holds for the service as a whole. The file may be absent. */
import { z } from 'zod'
import { apiSchema } from './api.ts'
import { DEFAULT_SERVICE } from '../config.ts'
import { operatorsSchema } from './operators.ts'
import { accountOutboundSchema } from './outbound.ts'
import { pricesSchema } from './prices.ts'
import { storageSchema } from './storage.ts'

const range = { error: 'must be an address range such as 10.0.0.0/8' }

const network = z.strictObject({
  allowPrivate: z.array(z.union([z.cidrv4(range), z.cidrv6(range)])).default([]).meta({
    description: 'Address ranges that tools may reach although they are not public.',
    examples: [['10.0.0.0/8', '127.0.0.1/32']],
  }),
})

/** The schema of `tandem.yaml`. */
export const serviceSchema = z.strictObject({
  capacity: z.int().min(1).default(DEFAULT_SERVICE.capacity).describe(
    'Calls at once; a call beyond it is rejected before it is answered.',
  ),
  network: network.prefault({}).describe('Where requests that a customer file names may go.'),
  outbound: accountOutboundSchema.prefault({}).describe('What calls of all customers share.'),
  prices: pricesSchema,
  operators: operatorsSchema,
  api: apiSchema,
  storage: storageSchema.exactOptional(),
}).describe('The Tandem service.')
