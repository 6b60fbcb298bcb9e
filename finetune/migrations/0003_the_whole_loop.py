import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0009_all_that_waits_has_work'),
        ('core', '0004_keeping_replies_and_sampling'),
        ('finetune', '0002_datasets_never_change'),
    ]

    operations = [
        migrations.CreateModel(
            name='ActivationRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verdict', models.CharField(choices=[('better', 'mejor'), ('worse', 'peor'), ('unclear', 'sin evidencia suficiente')], max_length=12, verbose_name='veredicto')),
                ('forced', models.BooleanField(default=False, verbose_name='contra el veredicto')),
                ('reason', models.TextField(blank=True, verbose_name='motivo')),
                ('asked_by', models.CharField(max_length=150, verbose_name='pedido por')),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='pedido')),
                ('decided_by', models.CharField(blank=True, max_length=150, verbose_name='decidido por')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decidido')),
                ('granted', models.BooleanField(null=True, verbose_name='concedido')),
            ],
            options={
                'verbose_name': 'petición de activación',
                'verbose_name_plural': 'peticiones de activación',
                'ordering': ['-asked_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='AutoTraining',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('enabled', models.BooleanField(default=False, verbose_name='encendido')),
                ('new_examples', models.PositiveIntegerField(default=50, validators=[django.core.validators.MinValueValidator(10)], verbose_name='ejemplos nuevos que hacen falta')),
                ('wait_hours', models.PositiveIntegerField(default=24, verbose_name='horas entre el aviso y el inicio')),
                ('announced_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='anunciado')),
                ('enabled_by', models.CharField(blank=True, editable=False, max_length=150, verbose_name='encendido por')),
            ],
            options={
                'verbose_name': 'entrenamiento automático',
                'verbose_name_plural': 'entrenamientos automáticos',
            },
        ),
        migrations.CreateModel(
            name='BlindVote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('question', models.TextField(verbose_name='pregunta')),
                ('left', models.CharField(choices=[('base', 'modelo base'), ('examples', 'base con ejemplos'), ('incumbent', 'modelo en servicio'), ('tuned', 'entrenado')], max_length=10, verbose_name='izquierda')),
                ('right', models.CharField(choices=[('base', 'modelo base'), ('examples', 'base con ejemplos'), ('incumbent', 'modelo en servicio'), ('tuned', 'entrenado')], max_length=10, verbose_name='derecha')),
                ('favoured', models.CharField(blank=True, choices=[('base', 'modelo base'), ('examples', 'base con ejemplos'), ('incumbent', 'modelo en servicio'), ('tuned', 'entrenado')], max_length=10, verbose_name='preferida')),
                ('by', models.CharField(max_length=150, verbose_name='por')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='cuándo')),
            ],
            options={
                'verbose_name': 'voto a ciegas',
                'verbose_name_plural': 'votos a ciegas',
            },
        ),
        migrations.CreateModel(
            name='Budget',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('currency', models.CharField(default='USD', max_length=3, verbose_name='moneda')),
                ('per_run', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='por entrenamiento')),
                ('per_day', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='por día')),
                ('per_month', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='por mes')),
            ],
            options={
                'verbose_name': 'presupuesto',
                'verbose_name_plural': 'presupuestos',
            },
        ),
        migrations.CreateModel(
            name='DatasetReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('by', models.CharField(max_length=150, verbose_name='revisado por')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='cuándo')),
                ('note', models.TextField(blank=True, verbose_name='nota')),
            ],
            options={
                'verbose_name': 'revisión del conjunto',
                'verbose_name_plural': 'revisiones del conjunto',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Deployment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('target', models.CharField(choices=[('adapter', 'adaptador (safetensors)'), ('gguf', 'GGUF fusionado'), ('ollama', 'Ollama')], max_length=10, verbose_name='destino')),
                ('name', models.CharField(blank=True, max_length=200, verbose_name='nombre allí')),
                ('sha256', models.CharField(blank=True, max_length=64, verbose_name='huella')),
                ('checks', models.JSONField(default=list, verbose_name='comprobaciones')),
                ('checked_at', models.DateTimeField(blank=True, null=True, verbose_name='comprobado')),
                ('error', models.TextField(blank=True, verbose_name='error')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='creado')),
                ('created_by', models.CharField(max_length=150, verbose_name='por')),
            ],
            options={
                'verbose_name': 'despliegue',
                'verbose_name_plural': 'despliegues',
                'ordering': ['-created_at', '-pk'],
                'permissions': [('deploy_model', 'Desplegar modelos en otro sitio')],
            },
        ),
        migrations.CreateModel(
            name='Export',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('source', models.CharField(blank=True, choices=[('sessions', 'hilos'), ('pipeline', 'procesadas'), ('both', 'ambas')], max_length=10, verbose_name='fuente')),
                ('parameters', models.JSONField(default=dict, verbose_name='parámetros')),
                ('files', models.JSONField(default=dict, verbose_name='archivos')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='creada')),
                ('created_by', models.CharField(max_length=150, verbose_name='por')),
            ],
            options={
                'verbose_name': 'exportación',
                'verbose_name_plural': 'exportaciones',
                'ordering': ['-created_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Price',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provider', models.CharField(max_length=40, verbose_name='proveedor')),
                ('base_model', models.CharField(max_length=200, verbose_name='modelo base')),
                ('per_million', models.DecimalField(decimal_places=4, max_digits=12, validators=[django.core.validators.MinValueValidator(0)], verbose_name='por millón de tokens entrenados')),
                ('currency', models.CharField(default='USD', max_length=3, verbose_name='moneda')),
                ('read_on', models.DateField(verbose_name='leído el')),
                ('source', models.CharField(max_length=300, verbose_name='fuente')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='escrito')),
                ('created_by', models.CharField(editable=False, max_length=150, verbose_name='por')),
            ],
            options={
                'verbose_name': 'precio de entrenamiento',
                'verbose_name_plural': 'precios de entrenamiento',
                'ordering': ['provider', 'base_model', '-read_on', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='ProviderNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provider', models.CharField(max_length=40, verbose_name='proveedor')),
                ('notice_id', models.CharField(max_length=200)),
                ('kind', models.CharField(max_length=60, verbose_name='tipo')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='cuándo')),
            ],
            options={
                'verbose_name': 'aviso del proveedor',
                'verbose_name_plural': 'avisos del proveedor',
            },
        ),
        migrations.AlterModelOptions(
            name='dataset',
            options={'ordering': ['-created_at', '-pk'], 'permissions': [('prepare_dataset', 'Preparar datos para entrenamiento'), ('export_dataset', 'Exportar datos y descargarlos')], 'verbose_name': 'conjunto de datos', 'verbose_name_plural': 'conjuntos de datos'},
        ),
        migrations.AlterModelOptions(
            name='evaluation',
            options={'ordering': ['-created_at', '-pk'], 'permissions': [('compare_answers', 'Comparar respuestas a ciegas')], 'verbose_name': 'evaluación', 'verbose_name_plural': 'evaluaciones'},
        ),
        migrations.RemoveConstraint(
            model_name='finetuningjob',
            name='job_one_live_per_dataset_and_base',
        ),
        migrations.RemoveConstraint(
            model_name='providerfile',
            name='file_uploaded_once',
        ),
        migrations.AddField(
            model_name='activation',
            name='approved_by',
            field=models.CharField(blank=True, max_length=150, verbose_name='aprobado por'),
        ),
        migrations.AddField(
            model_name='activation',
            name='forced',
            field=models.BooleanField(default=False, verbose_name='contra el veredicto'),
        ),
        migrations.AddField(
            model_name='activation',
            name='reason',
            field=models.TextField(blank=True, verbose_name='motivo'),
        ),
        migrations.AddField(
            model_name='activation',
            name='verdict',
            field=models.CharField(choices=[('better', 'mejor'), ('worse', 'peor'), ('unclear', 'sin evidencia suficiente')], default='unclear', max_length=12, verbose_name='veredicto'),
        ),
        migrations.AddField(
            model_name='dataset',
            name='card',
            field=models.JSONField(default=dict, verbose_name='ficha'),
        ),
        migrations.AddField(
            model_name='dataset',
            name='policy',
            field=models.CharField(choices=[('stars', 'Estrellas de una persona'), ('confidence', 'Confianza del etiquetado y control de calidad'), ('score', 'Puntuación automática, aprobada por una persona')], default='stars', max_length=20, verbose_name='entrada'),
        ),
        migrations.AddField(
            model_name='datasetitem',
            name='anonymiser',
            field=models.CharField(blank=True, max_length=20, verbose_name='reglas de anonimización'),
        ),
        migrations.AddField(
            model_name='datasetitem',
            name='category',
            field=models.CharField(blank=True, max_length=50, verbose_name='categoría'),
        ),
        migrations.AddField(
            model_name='datasetitem',
            name='cluster',
            field=models.BigIntegerField(null=True, verbose_name='grupo'),
        ),
        migrations.AddField(
            model_name='datasetitem',
            name='consent',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='conversations.consentevent', verbose_name='consentimiento'),
        ),
        migrations.AddField(
            model_name='datasetitem',
            name='erased_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='borrada'),
        ),
        migrations.AddField(
            model_name='datasetitem',
            name='person',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='dataset_items', to='conversations.person', verbose_name='persona'),
        ),
        migrations.AddField(
            model_name='datasetitem',
            name='rejected',
            field=models.TextField(blank=True, verbose_name='respuesta corregida'),
        ),
        migrations.AddField(
            model_name='datasetitem',
            name='tokens',
            field=models.PositiveIntegerField(null=True, verbose_name='tokens'),
        ),
        migrations.AddField(
            model_name='evaluation',
            name='incumbent',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='finetune.trainedmodel', verbose_name='modelo en servicio entonces'),
        ),
        migrations.AddField(
            model_name='evaluation',
            name='prompt',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.promptversion', verbose_name='prompt'),
        ),
        migrations.AddField(
            model_name='evaluation',
            name='set_hash',
            field=models.CharField(blank=True, max_length=64, verbose_name='huella de las preguntas'),
        ),
        migrations.AddField(
            model_name='evaluation',
            name='verdict',
            field=models.CharField(choices=[('better', 'mejor'), ('worse', 'peor'), ('unclear', 'sin evidencia suficiente')], default='unclear', max_length=12, verbose_name='veredicto'),
        ),
        migrations.AddField(
            model_name='evaluationitem',
            name='exact',
            field=models.BooleanField(null=True, verbose_name='exacta'),
        ),
        migrations.AddField(
            model_name='evaluationitem',
            name='judged',
            field=models.FloatField(null=True, verbose_name='juez (0 a 1)'),
        ),
        migrations.AddField(
            model_name='evaluationitem',
            name='passed',
            field=models.BooleanField(null=True, verbose_name='prueba superada'),
        ),
        migrations.AddField(
            model_name='evaluationitem',
            name='topic',
            field=models.CharField(blank=True, max_length=80, verbose_name='tema'),
        ),
        migrations.AddField(
            model_name='evaluationquestion',
            name='critical',
            field=models.BooleanField(default=False, help_text='Un modelo que empeora en un tema crítico no se activa.', verbose_name='tema crítico'),
        ),
        migrations.AddField(
            model_name='evaluationquestion',
            name='forbidden',
            field=models.JSONField(blank=True, default=list, verbose_name='no debe decir'),
        ),
        migrations.AddField(
            model_name='evaluationquestion',
            name='kind',
            field=models.CharField(choices=[('question', 'pregunta del negocio'), ('probe', 'prueba de seguridad')], default='question', max_length=10, verbose_name='clase'),
        ),
        migrations.AddField(
            model_name='evaluationquestion',
            name='structured',
            field=models.BooleanField(default=False, help_text='La respuesta es un dato (precio, código): cuenta si es la misma o no.', verbose_name='respuesta exacta'),
        ),
        migrations.AddField(
            model_name='finetuningjob',
            name='automatic',
            field=models.BooleanField(default=False, verbose_name='iniciado solo'),
        ),
        migrations.AddField(
            model_name='finetuningjob',
            name='cost',
            field=models.DecimalField(blank=True, decimal_places=4, max_digits=12, null=True, verbose_name='costo'),
        ),
        migrations.AddField(
            model_name='finetuningjob',
            name='estimate',
            field=models.JSONField(blank=True, default=dict, verbose_name='estimación'),
        ),
        migrations.AddField(
            model_name='finetuningjob',
            name='method',
            field=models.CharField(choices=[('supervised', 'supervisado'), ('dpo', 'por preferencias (DPO)')], default='supervised', max_length=12, verbose_name='método'),
        ),
        migrations.AddField(
            model_name='finetuningjob',
            name='parameters',
            field=models.JSONField(blank=True, default=dict, help_text='Los del adaptador (rango, alfa), semilla, tamaño de lote.', verbose_name='otros parámetros'),
        ),
        migrations.AddField(
            model_name='finetuningjob',
            name='params_hash',
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='finetuningjob',
            name='reserved',
            field=models.DecimalField(blank=True, decimal_places=4, max_digits=12, null=True, verbose_name='reservado'),
        ),
        migrations.AddField(
            model_name='providerfile',
            name='method',
            field=models.CharField(choices=[('supervised', 'supervisado'), ('dpo', 'por preferencias (DPO)')], default='supervised', max_length=12, verbose_name='método'),
        ),
        migrations.AddField(
            model_name='trainedmodel',
            name='ends_on',
            field=models.DateField(blank=True, null=True, verbose_name='se retira el'),
        ),
        migrations.AddField(
            model_name='trainedmodel',
            name='gone_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='ya no está desde'),
        ),
        migrations.AlterField(
            model_name='evaluationitem',
            name='chrf',
            field=models.FloatField(null=True, verbose_name='chrF'),
        ),
        migrations.AlterField(
            model_name='evaluationitem',
            name='expected',
            field=models.TextField(blank=True, verbose_name='respuesta aprobada'),
        ),
        migrations.AlterField(
            model_name='evaluationitem',
            name='variant',
            field=models.CharField(choices=[('base', 'modelo base'), ('examples', 'base con ejemplos'), ('incumbent', 'modelo en servicio'), ('tuned', 'entrenado')], max_length=10, verbose_name='quién'),
        ),
        migrations.AlterField(
            model_name='evaluationquestion',
            name='answer',
            field=models.TextField(blank=True, verbose_name='respuesta aprobada'),
        ),
        migrations.AddConstraint(
            model_name='activation',
            constraint=models.CheckConstraint(condition=models.Q(('forced', False), models.Q(models.Q(('reason', ''), _negated=True), models.Q(('approved_by', ''), _negated=True)), _connector='OR'), name='activation_forced_by_two_with_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='datasetitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('erased_at', None), models.Q(('question', ''), _negated=True), models.Q(('answer', ''), _negated=True)), models.Q(('answer', ''), ('erased_at__isnull', False), ('question', ''), ('rejected', '')), _connector='OR'), name='dataset_item_has_text_unless_erased'),
        ),
        migrations.AddConstraint(
            model_name='evaluationquestion',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'probe'), models.Q(('answer', ''), _negated=True), _connector='OR'), name='evaluation_question_has_its_answer'),
        ),
        migrations.AddConstraint(
            model_name='finetuningjob',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ['pending', 'running'])), fields=('dataset', 'provider', 'base_model', 'method', 'params_hash'), name='job_one_live_per_run'),
        ),
        migrations.AddConstraint(
            model_name='providerfile',
            constraint=models.UniqueConstraint(fields=('dataset', 'provider', 'part', 'method'), name='file_uploaded_once'),
        ),
        migrations.AddField(
            model_name='activationrequest',
            name='model',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='requests', to='finetune.trainedmodel', verbose_name='modelo'),
        ),
        migrations.AddField(
            model_name='autotraining',
            name='domain',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='auto_training', to='core.domain', verbose_name='dominio'),
        ),
        migrations.AddField(
            model_name='blindvote',
            name='evaluation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='votes', to='finetune.evaluation', verbose_name='evaluación'),
        ),
        migrations.AddField(
            model_name='budget',
            name='domain',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='budget', to='core.domain', verbose_name='dominio'),
        ),
        migrations.AddField(
            model_name='datasetreview',
            name='dataset',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reviews', to='finetune.dataset', verbose_name='conjunto de datos'),
        ),
        migrations.AddField(
            model_name='deployment',
            name='model',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deployments', to='finetune.trainedmodel', verbose_name='modelo'),
        ),
        migrations.AddField(
            model_name='export',
            name='dataset',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='exports', to='finetune.dataset', verbose_name='conjunto de datos'),
        ),
        migrations.AddField(
            model_name='export',
            name='domain',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='exports', to='core.domain', verbose_name='dominio'),
        ),
        migrations.AddField(
            model_name='export',
            name='people',
            field=models.ManyToManyField(related_name='exports', to='conversations.person', verbose_name='personas'),
        ),
        migrations.AddConstraint(
            model_name='price',
            constraint=models.CheckConstraint(condition=models.Q(('per_million__gte', 0)), name='price_is_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='providernotice',
            constraint=models.UniqueConstraint(fields=('provider', 'notice_id'), name='notice_once'),
        ),
        migrations.AddConstraint(
            model_name='activationrequest',
            constraint=models.UniqueConstraint(condition=models.Q(('decided_at', None)), fields=('model',), name='activation_request_one_open'),
        ),
        migrations.AddConstraint(
            model_name='activationrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', ''), ('granted', None)), models.Q(('decided_at__isnull', False), ('granted__isnull', False), models.Q(('decided_by', ''), _negated=True), models.Q(('granted', False), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR')), _connector='OR'), name='activation_request_decided_by_another'),
        ),
        migrations.AddConstraint(
            model_name='blindvote',
            constraint=models.UniqueConstraint(fields=('evaluation', 'question', 'by'), name='blind_vote_once'),
        ),
        migrations.AddConstraint(
            model_name='blindvote',
            constraint=models.CheckConstraint(condition=models.Q(('favoured', ''), ('favoured', models.F('left')), ('favoured', models.F('right')), _connector='OR'), name='blind_vote_is_for_one_of_two'),
        ),
        migrations.RunSQL(
            "UPDATE finetune_evaluation"
            " SET verdict = CASE WHEN better THEN 'better' ELSE 'worse' END",
            migrations.RunSQL.noop,
        ),
        migrations.RemoveField(
            model_name='evaluation',
            name='better',
        ),
    ]
