"""The words of the business: its dictionary, the fields of its tables, variables of prompts."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import Domain


class DictionaryTerm(models.Model):
    """A word people use and what it means here (``ai_diccionario_semantico``)."""

    domain = models.ForeignKey(
        Domain, models.PROTECT, related_name="terms", verbose_name=_("dominio")
    )
    word = models.CharField(_("palabra"), db_column="palabra", max_length=200)
    definition = models.TextField(_("definición"), db_column="definicion")
    category = models.CharField(
        _("categoría"), db_column="categoria", max_length=100, null=True, blank=True
    )
    field = models.CharField(
        _("campo"), db_column="campo_relacionado", max_length=100, null=True, blank=True
    )
    table = models.CharField(
        _("tabla"), db_column="tabla_relacionada", max_length=100, null=True, blank=True
    )
    synonyms = models.JSONField(_("sinónimos"), db_column="sinonimos", default=list, blank=True)
    examples = models.JSONField(_("ejemplos"), db_column="ejemplos_uso", default=list, blank=True)
    active = models.BooleanField(_("activo"), db_column="activo", default=True)
    position = models.IntegerField(_("orden"), db_column="orden", default=0)
    created_at = models.DateTimeField(_("creado"), db_column="creado_en", default=timezone.now)
    updated_at = models.DateTimeField(_("actualizado"), db_column="actualizado_en", auto_now=True)

    class Meta:
        db_table = "ai_diccionario_semantico"
        verbose_name = _("término")
        verbose_name_plural = _("diccionario")
        ordering = ["position", "word"]
        constraints = [models.UniqueConstraint(name="term_once", fields=["domain", "word"])]

    def __str__(self) -> str:
        return self.word


class FieldDefinition(models.Model):
    """What a column of the business's tables means (``ai_definiciones_campos``)."""

    domain = models.ForeignKey(
        Domain, models.PROTECT, related_name="fields", verbose_name=_("dominio")
    )
    table = models.CharField(_("tabla"), db_column="tabla", max_length=100)
    field = models.CharField(_("campo"), db_column="campo", max_length=100)
    definition = models.TextField(_("definición"), db_column="definicion")
    data_type = models.CharField(
        _("tipo"), db_column="tipo_dato", max_length=50, null=True, blank=True
    )
    required = models.BooleanField(_("obligatorio"), db_column="es_obligatorio", default=False)
    indexed = models.BooleanField(_("con índice"), db_column="tiene_indice", default=False)
    is_foreign_key = models.BooleanField(
        _("clave foránea"), db_column="es_clave_foranea", default=False
    )
    referenced_table = models.CharField(
        _("tabla referida"), db_column="tabla_referenciada", max_length=100, null=True, blank=True
    )
    referenced_field = models.CharField(
        _("campo referido"), db_column="campo_referenciado", max_length=100, null=True, blank=True
    )
    values = models.JSONField(
        _("valores posibles"), db_column="valores_posibles", default=list, blank=True
    )
    examples = models.JSONField(
        _("ejemplos"), db_column="ejemplos_valores", default=list, blank=True
    )
    notes = models.TextField(_("notas"), db_column="notas", null=True, blank=True)
    active = models.BooleanField(_("activo"), db_column="activo", default=True)
    position = models.IntegerField(_("orden"), db_column="orden", default=0)
    created_at = models.DateTimeField(_("creado"), db_column="creado_en", default=timezone.now)
    updated_at = models.DateTimeField(_("actualizado"), db_column="actualizado_en", auto_now=True)

    class Meta:
        db_table = "ai_definiciones_campos"
        verbose_name = _("definición de campo")
        verbose_name_plural = _("definiciones de campos")
        ordering = ["table", "position", "field"]
        constraints = [
            models.UniqueConstraint(name="field_once", fields=["domain", "table", "field"])
        ]

    def __str__(self) -> str:
        return f"{self.table}.{self.field}"


class PromptVariable(models.Model):
    """A placeholder that a prompt may use (``ai_prompt_variables``)."""

    domain = models.ForeignKey(
        Domain, models.PROTECT, related_name="prompt_variables", verbose_name=_("dominio")
    )
    name = models.CharField(_("variable"), db_column="variable", max_length=100)
    description = models.TextField(_("descripción"), db_column="descripcion")
    active = models.BooleanField(_("activo"), db_column="activo", default=True)
    position = models.IntegerField(_("orden"), db_column="orden", default=0)
    created_at = models.DateTimeField(_("creado"), db_column="creado_en", default=timezone.now)
    updated_at = models.DateTimeField(_("actualizado"), db_column="actualizado_en", auto_now=True)

    class Meta:
        db_table = "ai_prompt_variables"
        verbose_name = _("variable del prompt")
        verbose_name_plural = _("variables del prompt")
        constraints = [models.UniqueConstraint(name="variable_once", fields=["domain", "name"])]

    def __str__(self) -> str:
        return self.name
