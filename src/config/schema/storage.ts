/** Where recordings go when their call is over: any storage that speaks S3. */
import { z } from 'zod'

/** The schema of `storage`. */
export const storageSchema = z.strictObject({
  endpoint: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).meta({
    description: 'Where the storage is, without the bucket.',
    examples: ['https://fly.storage.tigris.dev', 'https://s3.eu-west-1.amazonaws.com'],
  }),
  bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'is no name of a bucket').describe(
    'The bucket. It stays closed to the public: who may listen gets a link for five minutes.',
  ),
  region: z.string().trim().min(1).default('auto').meta({
    description: 'The region of the bucket, where the storage has regions.',
    examples: ['auto', 'eu-west-1'],
  }),
  prefix: z.string().regex(/^(?!\/)[\w./-]*$/, 'has letters, digits and . _ - / only').default(
    'recordings/',
  ).describe('What the names of recordings begin with.'),
}).describe(
  'Where recordings go when their call is over; without it they stay on the machine. Its keys are AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
)

/** The storage of recordings. */
export type Storage = Readonly<z.output<typeof storageSchema>>
