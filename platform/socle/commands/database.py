"""Databases and départements: `socle database prepare`, `migrate`, `tenant create`, `tenant roles`…"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import click

from socle.command_errors import Refused
from socle.django_ready import django_ready


@click.command()
@click.option("--quiet", is_flag=True, help="Ne rien dire quand tout va bien.")
def migrate(quiet: bool) -> None:  # noqa: FBT001  click passes flags by name
    """Mettre à jour le schéma public, le modèle et chaque département."""
    django_ready("owner")
    from tenants.registry import migrating  # noqa: PLC0415

    migrating.migrate_all(say=(lambda _line: None) if quiet else click.echo)


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1)
def makemigrations(arguments: tuple[str, ...]) -> None:
    """Écrire les migrations qui manquent (options de Django acceptées)."""
    django_ready("owner")
    from django.core.management import call_command  # noqa: PLC0415

    call_command("makemigrations", *arguments)


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1)
def django(arguments: tuple[str, ...]) -> None:
    """Lancer une commande de Django (check, shell…)."""
    django_ready("owner")
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    execute_from_command_line(["socle django", *arguments])


@click.command("create")
@click.option("--code", required=True, help="Numéro du département, par exemple 92.")
@click.option("--name", required=True, help="Nom, par exemple « Hauts-de-Seine ».")
@click.option("--slug", required=True, help="Nom d'hôte, par exemple hauts-de-seine.")
@click.option("--primary-color", default="#1f3a5f", show_default=True)
@click.option("--accent-color", default="#b3261e", show_default=True)
@click.option("--phone", default="", help="Téléphone montré aux familles.")
@click.option("--email", default="", help="Courriel montré aux familles.")
def tenant_create(
    code: str,
    name: str,
    slug: str,
    primary_color: str,
    accent_color: str,
    phone: str,
    email: str,
) -> None:
    """Créer un département : schéma, rôle, droits et domaine, en une fois."""
    django_ready("owner")
    from commons.actors import Actor  # noqa: PLC0415
    from commons.errors import DomainError  # noqa: PLC0415
    from tenants.registry import provisioning  # noqa: PLC0415
    from ui import brand  # noqa: PLC0415
    from ui.errors import sentence  # noqa: PLC0415

    try:
        new = provisioning.NewDepartement(
            code=code,
            name=name,
            slug=slug,
            primary_color=brand.accept_text_color(primary_color),
            accent_color=brand.accept_shape_color(accent_color),
            contact_phone=phone,
            contact_email=email,
        )
        made = provisioning.provision_departement(
            new=new, actor=Actor.command("socle tenant create")
        )
    except DomainError as error:
        raise Refused(sentence(error)) from error
    click.echo(f"Le département {made} existe : schéma {made.schema_name}.")


@click.command("list")
def tenant_list() -> None:
    """Lister les départements."""
    django_ready("worker")
    from tenants.registry import directory  # noqa: PLC0415

    for departement in directory.active():
        click.echo(f"{departement.schema_name}\t{departement.name}")


def _given_logins() -> tuple[str, dict[str, str], str]:
    """The database of the settings, the passwords our own roles must have, and the tenants' secret.

    :raises Refused: if a URL names another role than ours
    """
    import psycopg  # noqa: PLC0415  a fast start for the other commands

    from commons import environment  # noqa: PLC0415
    from tenants.registry.backend import roles  # noqa: PLC0415

    secret = environment.text("TENANT_LOGIN_SECRET", give="le secret des rôles des départements")
    passwords = {roles.PUBLIC_ROLE: roles.password_of(roles.PUBLIC_ROLE, secret)}
    for name, role in (("DATABASE_OWNER_URL", roles.OWNER_ROLE), ("DATABASE_URL", roles.WEB_ROLE)):
        parts = psycopg.conninfo.conninfo_to_dict(
            environment.url(
                name, schemes=("postgresql", "postgres"), example=f"postgresql://{role}:…"
            )
        )
        if parts.get("user") != role:
            raise Refused(f"Le rôle de {name} doit s'appeler {role}.")
        if parts.get("password"):
            passwords[role] = str(parts["password"])
        database = str(parts.get("dbname") or "")
    return database, passwords, secret


def _superuser_url() -> str:
    from commons import environment  # noqa: PLC0415  a fast start for the other commands

    return environment.text("SOCLE_SUPERUSER_URL", give="l'adresse du superutilisateur")


@contextlib.contextmanager
def _postgresql_may_refuse() -> Iterator[None]:
    import psycopg  # noqa: PLC0415  a fast start for the other commands

    try:
        yield
    except psycopg.Error as error:
        raise Refused(f"PostgreSQL a refusé : {str(error).splitlines()[0]}") from error


@click.command("prepare")
def database_prepare() -> None:
    """Préparer un PostgreSQL extérieur : rôles, base et droits (une fois)."""
    from tenants.registry import cluster  # noqa: PLC0415  a fast start for the other commands

    superuser_url = _superuser_url()
    database, passwords, _secret = _given_logins()
    with _postgresql_may_refuse():
        cluster.make_roles(superuser_url, passwords)
        cluster.create_database(superuser_url, database)
    click.echo(f"Rôles et base « {database} » prêts. Continuez avec socle migrate, ou make demo.")


@click.command("roles")
@click.option("--superuser-url", help="Adresse du superutilisateur ; sinon SOCLE_SUPERUSER_URL.")
def tenant_roles(superuser_url: str | None) -> None:
    """Remettre d'aplomb les rôles, leurs droits et leurs mots de passe (après un nouveau secret)."""
    from tenants.registry import cluster  # noqa: PLC0415  a fast start for the other commands

    database, passwords, secret = _given_logins()
    with _postgresql_may_refuse():
        tenants = cluster.repair(
            superuser_url or _superuser_url(),
            database=database,
            secret=secret,
            passwords=passwords,
        )
    click.echo(f"Rôles et droits de la base « {database} » en ordre.")
    click.echo(f"Départements : {', '.join(tenants) or 'aucun encore'}.")


COMMANDS = {
    "migrate": migrate,
    "makemigrations": makemigrations,
    "django": django,
    "database prepare": database_prepare,
    "tenant create": tenant_create,
    "tenant list": tenant_list,
    "tenant roles": tenant_roles,
}
