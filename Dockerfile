# mfa-setup as an image: `docker build --tag mfa-setup .`, then
#
#   docker run --rm --interactive --tty --env-file credentials.env \
#     --volume mfa-setup-state:/state --volume "$PWD:/work:ro" mfa-setup up
#
# Name the credentials in the file of `--env-file` (see README.md); they never belong into the image. The volume keeps the
# journal, without which there is no undo.
#
# The tag fixes the minor version of Python and the release of Debian, and takes their security fixes. For an image that can be
# built again bit by bit, add the digest that your registry shows for it: `python:3.13-slim-trixie@sha256:…`.
FROM python:3.13-slim-trixie AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY man man
COPY src src
RUN python -m venv /opt/mfa-setup \
    && /opt/mfa-setup/bin/pip install --no-cache-dir --disable-pip-version-check .

FROM python:3.13-slim-trixie
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /work --shell /usr/sbin/nologin mfa-setup \
    && install --directory --mode 0700 --owner mfa-setup --group mfa-setup /state /cache
COPY --from=build /opt/mfa-setup /opt/mfa-setup
ENV PATH=/opt/mfa-setup/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    MFA_SETUP_STATE_DIR=/state \
    MFA_SETUP_CACHE_DIR=/cache
# The number, so that a cluster can see that it is not root.
USER 10001:10001
WORKDIR /work
VOLUME ["/state"]
ENTRYPOINT ["mfa-setup"]
CMD ["--help"]
