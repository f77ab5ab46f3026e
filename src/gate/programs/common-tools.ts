/**
 * Names with a table of their own that are also called through a package runner (`npx wrangler`, `poetry run pytest`,
 * `bundle exec rails`). Everything else that is called so is a tool of the project.
 */
export const commonTools: ReadonlySet<string> = new Set(
  `npm npx pnpm yarn bun node deno tsx ts-node python python3 pip pip3 uv poetry cargo go ruby php bundle rails rake
   rm rmdir mv cp dd chmod chown ln tee cat sh bash zsh env sudo curl wget git gh glab docker podman kubectl helm ssh scp rsync nc find xargs
   psql mysql mongosh redis-cli sqlite3 prisma drizzle-kit knex sequelize sequelize-cli mikro-orm typeorm typeorm-ts-node-commonjs alembic flask django-admin
   terraform tofu pulumi ansible ansible-playbook cdk serverless sls sst wrangler vercel netlify supabase firebase railway heroku fly flyctl convex
   aws gcloud az doctl eas sentry-cli stripe twilio lerna nx changeset semantic-release np release-it twine flit hatch
   serve http-server live-server surge gh-pages localtunnel ngrok jsr vsce ovsx
   rimraf del-cli shx cross-env dotenv concurrently nodemon`.split(/\s+/),
);
